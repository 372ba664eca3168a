"""Ctrl-C and SIGTERM: the first asks for an orderly stop, the second ends everything at once."""

import os
import signal
from collections.abc import Callable
from types import FrameType

from cli.embedded.errors import Interrupted


class Interruption:
    """Turns signals into `Interrupted`, raised only where the code asks, never in the middle of a step."""

    def __init__(self) -> None:
        self._count = 0
        self._at_once: Callable[[], None] = lambda: None

    def install(self, at_once: Callable[[], None]) -> None:
        """Takes over SIGINT, SIGTERM and SIGHUP. `at_once` runs on the second one, in the handler: only system
        calls there, no locks."""
        self._at_once = at_once
        for which in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(which, self._handle)

    def check(self) -> None:
        """Raises Interrupted once a signal has come."""
        if self._count:
            raise Interrupted

    def _handle(self, number: int, _frame: FrameType | None) -> None:
        self._count += 1
        if self._count > 1:
            self._at_once()
            os._exit(128 + number)
