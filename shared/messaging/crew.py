"""Threads that look for the same work, and rest together while there is none."""

import threading
from collections.abc import Callable

_LOOK_EACH_SECONDS = 1.0
_REST_SECONDS = 0.1
"""After a look that found nothing, however often it is woken, unless roused: each batch of messages wakes it."""

Look = Callable[[Callable[[], None]], bool]
"""One look for work, and the doing of it; whether there was any. It calls what it is given as soon as it has found
some, and raises nothing."""


class Crew:
    """While there is nothing to do, one thread keeps watch for all: more threads ask no more of the database.

    Whoever finds something rouses the next, as where there is one thing to do there are often several.
    """

    def __init__(self, name: str, look: Look, threads: int = 1) -> None:
        """`name` is that of the thread, or what the names of several begin with."""
        self._look = look
        names = [name] if threads == 1 else [f"{name}-{number}" for number in range(threads)]
        self._threads = [threading.Thread(target=self._run, name=each) for each in names]
        self._on_watch = threading.Lock()
        self._wake = threading.Event()
        self._more = threading.Event()
        self._stopping = threading.Event()

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def wake(self) -> None:
        """Makes one look soon: there may be something."""
        self._wake.set()

    def rouse(self) -> None:
        """Makes one look at once: somebody waits for what has come."""
        self._more.set()
        self._wake.set()

    def stop(self) -> None:
        """Asks all to end; what is in hand is finished."""
        self._stopping.set()
        self._more.set()
        self._wake.set()

    def join(self) -> None:
        """Until all have ended."""
        for thread in self._threads:
            thread.join()

    def _run(self) -> None:
        while not self._stopping.is_set():
            if not self._look(self._found):
                self._rest()

    def _found(self) -> None:
        if len(self._threads) > 1:
            self.rouse()

    def _rest(self) -> None:
        with self._on_watch:
            if self._stopping.is_set():
                return
            if not self._more.wait(_REST_SECONDS):
                self._wake.wait(_LOOK_EACH_SECONDS - _REST_SECONDS)
            # Before the look: what comes after it is heard by whoever keeps watch next.
            self._wake.clear()
            self._more.clear()
