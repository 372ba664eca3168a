"""HTTP in, a command out, HTTP back: one blueprint for each resource."""
