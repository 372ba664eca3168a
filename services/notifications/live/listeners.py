"""Who listens in this process, and what each is told: the one place where changes and clients meet.

All of it belongs to the event loop. A client is let in and given what it missed in one step of the loop, and a change
is added to the ring and given out in one step: nothing falls between, and nothing is given twice.
"""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

from services.notifications.live.change import Resolved
from services.notifications.live.feed import Feed
from services.notifications.live.inlet import Inlet
from services.notifications.live.position import Position
from services.notifications.live.ring import MOST, Ring
from services.notifications.store import Store

_Known = defaultdict[tuple[str, str], set[Inlet]]


class Listeners:
    """One for a process; it hears of changes from when somebody listens first."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._ring: Ring | None = None
        self._caught_up = False
        self._feed: Feed | None = None
        self._waiting: set[Inlet] = set()
        self._by_any_id: _Known = defaultdict(set)
        self._by_member: _Known = defaultdict(set)

    @property
    def head(self) -> Position | None:
        """Up to where everybody was given what there was; None before anything is known."""
        return None if self._ring is None else self._ring.head

    def let_in(self, inlet: Inlet) -> None:
        """From now on it is told what concerns its member, and first what it missed; as soon as that is known."""
        if self._feed is None:
            self._feed = Feed(self._store, on_loop(self._begin), on_loop(self._hear), on_loop(self._catch_up))
            self._feed.start()
        if self._ring is not None and self._caught_up:
            self._place(inlet, self._ring)
        else:
            self._waiting.add(inlet)

    def let_out(self, inlet: Inlet) -> None:
        """It is told nothing more."""
        self._waiting.discard(inlet)
        for known, keys in ((self._by_any_id, inlet.keys), (self._by_member, {inlet.key})):
            for key in keys & known.keys():
                known[key].discard(inlet)
                if not known[key]:
                    del known[key]

    def _place(self, inlet: Inlet, ring: Ring) -> None:
        inlet.place(ring)
        self._by_member[inlet.key].add(inlet)
        for key in inlet.keys:
            self._by_any_id[key].add(inlet)

    def _begin(self, floor: Position) -> None:
        self._ring = Ring(floor, MOST)
        for inlet in {each for known in self._by_member.values() for each in known}:
            inlet.lose(floor)

    def _catch_up(self) -> None:
        self._caught_up = True
        waiting, self._waiting = self._waiting, set()
        for inlet in waiting:
            if self._ring is not None:
                self._place(inlet, self._ring)

    def _hear(self, resolved: Sequence[Resolved]) -> None:
        if self._ring is None:
            return
        for each in resolved:
            change = each.change
            self._ring.add(change)
            concerned = self._by_any_id.get((change.tenant, change.member_id), set()) | self._by_member.get(
                (change.tenant, each.survivor_id), set()
            )
            for inlet in concerned:
                if inlet.key == (change.tenant, each.survivor_id):
                    inlet.tell(change)
                else:
                    inlet.finish("merged")  # its token is somebody else's by now, as it will find out


def on_loop(call: Callable[..., None]) -> Callable[..., None]:
    """To be called from other threads: has the loop that runs now call it, in the order of the calls."""
    loop = asyncio.get_running_loop()

    def ask(*arguments: Any) -> None:
        with contextlib.suppress(RuntimeError):  # the process is about to end
            loop.call_soon_threadsafe(call, *arguments)

    return ask
