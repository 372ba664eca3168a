"""Programs in memory: a web process answers who fits a member from numbers that a change stream keeps fresh."""
