"""Who fits whom: features, candidates, assignment, explanations. Arrays in, arrays out; people only at the rim."""
