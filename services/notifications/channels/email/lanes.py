"""No domain has all the senders of a process: one that is slow leaves the others to the mail of everybody else."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

LONGEST_WAIT = timedelta(minutes=5)
_SHORTEST_WAIT = timedelta(milliseconds=500)


class LaneFull(Exception):
    """As many mails to the domain are under way as may be; `again_at` is when another may have its turn."""

    def __init__(self, again_at: datetime) -> None:
        super().__init__("as many mails to this domain are under way as may be")
        self.again_at = again_at


@dataclass(slots=True)
class _Lane:
    busy: int
    taking: timedelta
    """How long a mail of it takes, lately."""
    next_at: datetime


class Lanes:
    """How many mails are under way to which domain. Safe to share between threads."""

    def __init__(self, width: int, now: Callable[[], datetime]) -> None:
        """At most `width` to one domain."""
        self._width = width
        self._now = now
        self._lock = threading.Lock()
        self._lanes: dict[str, _Lane] = {}

    @contextmanager
    def entered(self, domain: str) -> Iterator[None]:
        """One mail to the domain. Raises LaneFull, each time with a later turn, so that those who wait come in order
        and not all at once, again and again."""
        begun = self._now()
        self._enter(domain, begun)
        try:
            yield
        finally:
            self._leave(domain, self._now() - begun)

    def require_room(self, domain: str) -> None:
        """Raises LaneFull as `entered` would at this moment."""
        with self._lock:
            lane = self._lanes.get(domain)
            if lane is not None:
                self._require_room(lane, self._now())

    def _enter(self, domain: str, now: datetime) -> None:
        with self._lock:
            lane = self._lanes.setdefault(domain, _Lane(0, _SHORTEST_WAIT, now))
            self._require_room(lane, now)
            lane.busy += 1

    def _require_room(self, lane: _Lane, now: datetime) -> None:
        if lane.busy >= self._width:
            turn = max(lane.next_at, now + max(lane.taking, _SHORTEST_WAIT))
            lane.next_at = turn + lane.taking / self._width
            raise LaneFull(min(turn, now + LONGEST_WAIT))

    def _leave(self, domain: str, took: timedelta) -> None:
        with self._lock:
            lane = self._lanes[domain]
            lane.busy -= 1
            lane.taking += (took - lane.taking) / 4
            if lane.busy == 0:
                del self._lanes[domain]
