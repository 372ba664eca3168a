"""HTTP in, command out, HTTP back."""
