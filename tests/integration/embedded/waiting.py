"""Waiting for a condition, never for a time."""

import time
from collections.abc import Callable


def eventually(condition: Callable[[], object], within: float = 180.0) -> None:
    """Returns once the condition holds. Fails the test after `within` seconds, which says nothing about speed."""
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline, "the condition never came true"
        time.sleep(0.02)
