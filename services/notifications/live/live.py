"""What a process needs to stream inboxes."""

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from services.notifications.channels.inbox import Inbox
from services.notifications.live.inlet import Inlet, Listening
from services.notifications.live.listeners import Listeners
from services.notifications.live.position import Position
from services.notifications.live.telling import Telling
from services.notifications.store import Store

_THREADS = 4
"""Find the words for all streams of a process, and leave the rest of the machine to requests."""

_RETRY_MILLISECONDS = (1_000, 5_000)
"""Clients of a process that has stopped come back one after the other."""


def _draw(least: int, most: int) -> int:
    return random.randint(least, most)  # noqa: S311 - spreads clients, and keeps nothing secret  # nosec B311


class Live:
    """One for a process; connects to nothing before somebody listens."""

    def __init__(self, store: Store, inbox: Inbox, chance: Callable[[int, int], int] = _draw) -> None:
        self._store = store
        self._chance = chance
        self._listeners = Listeners(store)
        self._telling = Telling(store, inbox)
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="telling")

    def inlet(self, tenant: str, member_id: str, since: Position | None) -> Inlet:
        """A stream of the member's inbox, from `since` on or from now on."""
        listening = Listening(
            tenant=tenant,
            member_id=member_id,
            known_as=self._store.merges.known_as(tenant, member_id),
            since=since,
            retry_milliseconds=self._chance(*_RETRY_MILLISECONDS),
        )
        return Inlet(self._listeners, self._telling, self._threads, listening)
