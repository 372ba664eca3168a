"""What can be done with members: one use case a file, called by the API and by reactions alike."""
