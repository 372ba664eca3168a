"""Streams of server-sent events: what a web process carries to clients that only listen.

An open stream costs no thread. Each ends when its token does, when its member is erased, when its client is gone or
reads too slowly, and when the process stops; clients come back by themselves, with where they were.
"""

import asyncio
import threading
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from flask import Response, request

from shared.clock import Clock, SystemClock
from shared.errors import Unavailable
from shared.telemetry.logs import logger
from shared.telemetry.metrics import HTTP_SHED, STREAMS_ENDED, STREAMS_OPEN
from shared.web.auth import member_id, principal
from shared.web.cutting import Address, cut_off
from shared.web.event_stream import CONTENT_TYPE
from shared.web.gateway import Headers, Receive, Send, started

TAKEN = "ithaca.streams"
"""Where in the environ the server says that a view may hand a stream over."""

HANDED_OVER = "ithaca.stream"

RETRY_AFTER = 5

PATIENCE_SECONDS = 30.0
"""A client that has not taken what was written for so long is cut off."""

_LOOK_EACH = 1.0
"""Seconds until an erased member's streams end, beside the second that the process may not know of it."""
_TIME_TO_FLUSH = 3.0

_log = logger(__name__)

Member = tuple[str, str]
"""A tenant and a member's id."""


class Over(Exception):
    """A source has nothing more to tell this client; `reason` is for the metric."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Source(Protocol):
    """What one stream tells; all of it is called on the event loop."""

    def begin(self) -> bytes:
        """Listens from now on; returns what the client reads first."""
        ...

    async def following(self) -> Sequence[bytes]:
        """Waits for what there is to tell next. Raises Over."""
        ...

    def heartbeat(self) -> bytes:
        """What is told when there has been nothing for a while."""
        ...

    def end(self) -> None:
        """Listens no more."""
        ...


@dataclass(frozen=True, slots=True)
class Limits:
    """How many streams a process carries, how many of one member, and how often they are told that they live."""

    most: int = 10_000
    most_of_a_member: int = 5
    heartbeat_seconds: float = 20.0


@dataclass(slots=True, eq=False)
class Stream:
    """One that was let in."""

    member: Member
    expires_at: float
    source: Source
    task: "asyncio.Task[None] | None" = None
    client: Address = ("", 0)
    ended: str | None = field(default=None)


class Streams:
    """All of a process. Views and signals come on threads of their own, the rest belongs to the event loop."""

    def __init__(self, limits: Limits, erased: Callable[[str, str], bool], clock: Clock | None = None) -> None:
        """`erased` tells of a tenant's member, and may ask the database."""
        self.limits = limits
        self._erased = erased
        self._clock = clock or SystemClock()
        self._lock = threading.Lock()
        self._let_in = 0
        self._of_members: Counter[Member] = Counter()
        self._open: set[Stream] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._looking: asyncio.Task[None] | None = None
        self._stopping = False

    def let_in(self, stream: Stream) -> None:
        """Takes a place for it. Raises Unavailable where there is none."""
        with self._lock:
            if self._stopping or self._let_in >= self.limits.most:
                HTTP_SHED.labels("streams").inc()
                raise Unavailable("There are as many streams as can be carried: try again.", RETRY_AFTER)
            if self._of_members[stream.member] >= self.limits.most_of_a_member:
                HTTP_SHED.labels("streams").inc()
                raise Unavailable(
                    f"This member has {self.limits.most_of_a_member} streams open already: close one.", RETRY_AFTER
                )
            self._let_in += 1
            self._of_members[stream.member] += 1
        STREAMS_OPEN.inc()

    def release(self, stream: Stream) -> None:
        """Its place is free."""
        with self._lock:
            self._let_in -= 1
            self._of_members[stream.member] -= 1
            if not self._of_members[stream.member]:
                del self._of_members[stream.member]
        STREAMS_OPEN.dec()

    async def carry(
        self, stream: Stream, headers: Headers, client: tuple[str, str], receive: Receive, send: Send
    ) -> None:
        """Until it ends, whoever ends it."""
        self._begin_to_look()
        stream.client, stream.task = (client[0], int(client[1])), asyncio.current_task()
        self._open.add(stream)
        kept = [(name, value) for name, value in headers if name.lower() != "content-length"]
        try:
            if self._stopping:
                stream.ended = "stopped"
            else:
                await send(started(200, kept))
                await self._tell(stream, receive, send)
        except Over as over:
            stream.ended = over.reason
        except asyncio.CancelledError:
            if stream.ended is None:
                raise
        except Exception as error:
            _log.error("stream_failed", exc_info=error)
        finally:
            self._open.discard(stream)
            stream.source.end()
            self.release(stream)
            STREAMS_ENDED.labels(stream.ended or "failed").inc()
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _tell(self, stream: Stream, receive: Receive, send: Send) -> None:
        async def write(content: bytes) -> None:
            try:
                async with asyncio.timeout(PATIENCE_SECONDS):
                    await send({"type": "http.response.body", "body": content, "more_body": True})
            except TimeoutError:
                cut_off({stream.client})
                raise Over("slow") from None

        await write(stream.source.begin())
        following: asyncio.Task[Sequence[bytes]] | None = None
        gone = asyncio.ensure_future(_until_gone(receive))
        try:
            while not gone.done():
                following = following or asyncio.ensure_future(stream.source.following())
                left = stream.expires_at - self._clock.now().timestamp()
                if left <= 0:
                    raise Over("expired")
                await asyncio.wait(
                    {following, gone},
                    timeout=min(left, self.limits.heartbeat_seconds),
                    return_when=asyncio.FIRST_COMPLETED,
                )
                if not following.done():
                    await write(stream.source.heartbeat())
                    continue
                for content in following.result():
                    await write(content)
                following = None
            raise Over("gone")
        finally:
            gone.cancel()
            if following is not None:
                following.cancel()

    def _begin_to_look(self) -> None:
        if self._looking is None:
            self._loop = asyncio.get_running_loop()
            self._looking = self._loop.create_task(self._look())

    async def _look(self) -> None:
        """Ends the streams of the erased, once a second."""
        while True:
            await asyncio.sleep(_LOOK_EACH)
            listening = {stream.member for stream in self._open}
            try:
                erased = await asyncio.to_thread(self._erased_among, listening)
            except Exception as error:  # whatever it is, it is looked again
                _log.warning("erased_not_known", error=type(error).__name__)
                continue
            for stream in [stream for stream in self._open if stream.member in erased]:
                _end(stream, "erased")

    def _erased_among(self, members: Collection[Member]) -> set[Member]:
        return {member for member in members if self._erased(*member)}

    def stop(self) -> None:
        """Ends all streams at once and lets no more in; from any thread."""
        with self._lock:
            self._stopping = True
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._end_all)

    def _end_all(self) -> None:
        if self._looking is not None:
            self._looking.cancel()
        clients = {stream.client for stream in self._open}
        for stream in list(self._open):
            _end(stream, "stopped")
        # Who reads nothing would keep the process from ending.
        asyncio.get_running_loop().call_later(_TIME_TO_FLUSH, cut_off, clients)


def hand_over(source: Source) -> Response:
    """Called by a view, for its caller, who is a member; the view returns the answer.

    Raises Unavailable where there is no place for another stream. A server that carries none, and an app under test,
    give one that ends at once.
    """
    caller, streams = principal(), request.environ.get(TAKEN)
    # A proxy that gathers an answer before it passes it on would keep all of it: nginx is told not to.
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    answer = Response(b"", content_type=CONTENT_TYPE, headers=headers)
    if request.method == "HEAD" or not isinstance(streams, Streams):
        return answer
    stream = Stream((caller.tenant, member_id()), caller.expires_at, source)
    streams.let_in(stream)
    request.environ[HANDED_OVER] = stream
    return answer


def _end(stream: Stream, reason: str) -> None:
    if stream.ended is None and stream.task is not None:
        stream.ended = reason
        stream.task.cancel()


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
