"""What mentoring means: pure rules and types, without framework, broker, database or clock."""
