"""Connections to the mail server, kept from one mail to the next: greeting, TLS and login cost more than a mail.

As many as there are senders at most: each has one in hand.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from services.notifications.channels.email.smtp import Conversation
from services.notifications.settings import MailServer

MAILS_EACH = 100
"""Then it is left: servers limit it as well, and a balancer should get to choose anew now and then."""

IDLE_SECONDS = 60.0


@dataclass(slots=True)
class _Kept:
    conversation: Conversation
    mails: int
    since: float


class Pool:
    """Those of one process. Safe to share between threads."""

    def __init__(self, server: MailServer, name: str, now: Callable[[], float] = time.monotonic) -> None:
        """`name` is who we say we are; `now` counts seconds."""
        self._server = server
        self._name = name
        self._now = now
        self._idle: deque[_Kept] = deque()
        self._lock = threading.Lock()

    @contextmanager
    def conversation(self) -> Iterator[Conversation]:
        """One for a single mail: kept from before, where it still answers, or a new one. Raises Unreachable."""
        held = self._take() or _Kept(Conversation(self._server, self._name), 0, self._now())
        try:
            yield held.conversation
        except BaseException:
            self._give_back(held)
            raise
        self._give_back(held)

    def leave_idle(self) -> None:
        """Says goodbye on those that nobody has used for long."""
        for each in self._outworn():
            each.conversation.leave()

    def close(self) -> None:
        """Says goodbye on all that nobody has in hand."""
        with self._lock:
            left, self._idle = list(self._idle), deque()
        for each in left:
            each.conversation.leave()

    def _take(self) -> _Kept | None:
        self.leave_idle()
        while True:
            with self._lock:
                if not self._idle:
                    return None
                kept = self._idle.pop()
            if kept.conversation.begin_anew():
                return kept
            kept.conversation.leave()

    def _give_back(self, held: _Kept) -> None:
        held.mails, held.since = held.mails + 1, self._now()
        if held.conversation.usable and held.mails < MAILS_EACH:
            with self._lock:
                self._idle.append(held)
        else:
            held.conversation.leave()

    def _outworn(self) -> list[_Kept]:
        """Those to be left; the longest unused stands first."""
        found = []
        with self._lock:
            while self._idle and self._now() - self._idle[0].since > IDLE_SECONDS:
                found.append(self._idle.popleft())
        return found
