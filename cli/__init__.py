"""The `ithaca` command: one module per verb."""
