"""Who is told of what: the inbox, and mail."""
