"""One client's stream of an inbox: what waits to be told, and how far it has come."""

import asyncio
from collections import deque
from collections.abc import Collection, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Protocol

from pymongo.errors import PyMongoError

from services.notifications.live.change import Change
from services.notifications.live.position import Position
from services.notifications.live.ring import MOST, Ring
from services.notifications.live.telling import News, Standing, Telling
from shared.telemetry.logs import logger
from shared.web.event_stream import heartbeat, retry
from shared.web.streams import Over

MOST_WAITING = MOST
"""Changes that come while a client takes none; whoever falls further behind is let go."""

_MOST_AT_ONCE = 50
_PAUSE_WITHOUT_DATABASE = 1.0

_log = logger(__name__)


class Places(Protocol):
    """Where an inlet is let in and out."""

    @property
    def head(self) -> Position | None: ...
    def let_in(self, inlet: "Inlet") -> None: ...
    def let_out(self, inlet: "Inlet") -> None: ...


@dataclass(frozen=True, slots=True)
class Listening:
    """Who listens, by what ids things were told to them, and where they were when they lost their stream."""

    tenant: str
    member_id: str
    known_as: frozenset[str]
    since: Position | None
    retry_milliseconds: int


class Inlet:
    """A source of `shared.web.streams`."""

    def __init__(self, places: Places, telling: Telling, threads: Executor, listening: Listening) -> None:
        self._places = places
        self._telling = telling
        self._threads = threads
        self._listening = listening
        self.key = (listening.tenant, listening.member_id)
        self.keys = {(listening.tenant, each) for each in listening.known_as}
        self._waiting: deque[News] = deque()
        self._given: Position | None = None
        self._at_work = False
        self._over: str | None = None
        self._news = asyncio.Event()

    def begin(self) -> bytes:
        self._places.let_in(self)
        return retry(self._listening.retry_milliseconds)

    def end(self) -> None:
        self._places.let_out(self)

    def place(self, ring: Ring) -> None:
        """Called once: all that this ring gets later will be told by `tell`."""
        since = self._listening.since
        if since is None:
            self._given = ring.head
            self._wait_with([Standing("ready", ring.head)])
        elif ring.covers(since):
            self._given = max(since, ring.head)
            self._wait_with([Standing("ready", since), *ring.since(since, self._listening.tenant, self._known_as)])
        else:
            self.lose(ring.head)

    def lose(self, position: Position) -> None:
        """Nobody knows what this client missed before the position."""
        self._given = position
        self._waiting.clear()
        self._wait_with([Standing("reset", position)])

    def tell(self, change: Change) -> None:
        """The next change that concerns this member."""
        if self._given is None or change.position <= self._given:
            return
        self._given = change.position
        if len(self._waiting) >= MOST_WAITING:
            self.finish("behind")
        self._wait_with([change])

    def finish(self, reason: str) -> None:
        """Lets the client go, which comes back."""
        self._over = reason
        self._news.set()

    async def following(self) -> Sequence[bytes]:
        await self._news.wait()
        if self._over is not None:
            raise Over(self._over)
        self._at_work = True
        news = [self._waiting.popleft() for _ in range(min(_MOST_AT_ONCE, len(self._waiting)))]
        told = await self._told(news)
        self._at_work = False
        if not self._waiting and self._over is None:
            self._news.clear()
        return told

    def heartbeat(self) -> bytes:
        if self._given is None or self._at_work or self._waiting:
            return heartbeat(None)
        return heartbeat(str(max(self._given, self._places.head or self._given)))

    async def _told(self, news: Sequence[News]) -> Sequence[bytes]:
        loop = asyncio.get_running_loop()
        while True:
            try:
                return await loop.run_in_executor(
                    self._threads, self._telling.pieces, self._listening.tenant, self._listening.member_id, news
                )
            except PyMongoError as error:
                _log.warning("inbox_not_told", error=type(error).__name__)
                await asyncio.sleep(_PAUSE_WITHOUT_DATABASE)

    @property
    def _known_as(self) -> Collection[str]:
        return self._listening.known_as

    def _wait_with(self, news: Sequence[News]) -> None:
        self._waiting.extend(news)
        self._news.set()
