"""Mail: text, HTML and a calendar part, handed to an SMTP server."""
