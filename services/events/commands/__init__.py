"""What can happen in events, one use case a file. Each is part of its caller's transaction."""
