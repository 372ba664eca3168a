"""Notifications in words: found when somebody reads them, in that person's language and time zone."""
