"""HTTP in, command out, HTTP back: a blueprint per resource."""
