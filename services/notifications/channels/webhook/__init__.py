"""Outgoing webhooks: what is sent, how it is signed, and how it is handed over."""
