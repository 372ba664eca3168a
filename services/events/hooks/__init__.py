"""What webhooks prove and say, one idea a file: pure functions of a request's parts."""
