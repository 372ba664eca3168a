"""What this service does, a file per use case."""
