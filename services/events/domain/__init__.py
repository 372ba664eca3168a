"""Gatherings and who comes to them: pure rules and types, without framework, broker, database or clock."""
