"""Live updates: what changes in inboxes, told to whoever listens."""
