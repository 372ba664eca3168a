"""The archive of an export: for machines as JSON and CSV, for people as a page that needs nothing else."""
