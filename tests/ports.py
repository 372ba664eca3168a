"""Ports for servers of tests."""

import random

from cli.embedded.ports import is_free


def free_port() -> int:
    """One below those that clients are given: such a one may be taken while its server is away, or not there yet."""
    while True:
        port = random.randrange(20_000, 32_000)
        if is_free("127.0.0.1", port):
            return port


def free_ports(count: int) -> list[int]:
    """So many different ones."""
    found: set[int] = set()
    while len(found) < count:
        found.add(free_port())
    return list(found)


def free_range() -> int:
    """A base with five free ports above it, for a whole platform."""
    while True:
        base = random.randrange(20_000, 32_000, 10)
        if all(is_free("127.0.0.1", base + offset) for offset in range(1, 6)):
            return base
