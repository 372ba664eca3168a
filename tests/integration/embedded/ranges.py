"""Ports for a platform of the tests' own."""

import random

from cli.embedded.ports import is_free


def free_range() -> int:
    """A base with five free ports above it."""
    while True:
        base = random.randrange(20_000, 32_000, 10)
        if all(is_free("127.0.0.1", base + offset) for offset in range(1, 6)):
            return base
