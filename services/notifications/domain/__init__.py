"""Whom a message concerns and what becomes of a notification: pure rules and types."""
