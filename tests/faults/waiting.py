"""Waiting for a condition."""

import time
from collections.abc import Callable


def eventually(
    condition: Callable[[], object], within: float = 60.0, *, meanwhile: Callable[[], None] = lambda: None
) -> None:
    """Returns once the condition holds; `meanwhile` is called between the looks. Fails after `within` seconds."""
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline, "the condition never held"
        meanwhile()
        time.sleep(0.1)
