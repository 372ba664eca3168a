"""Ports for servers of the tests' own."""

import random

from cli.embedded.ports import is_free


def free_ports(count: int) -> list[int]:
    """Below those that clients are given: one may be taken up again after its server was away."""
    found: set[int] = set()
    while len(found) < count:
        port = random.randrange(20_000, 32_000)
        if is_free("127.0.0.1", port):
            found.add(port)
    return list(found)
