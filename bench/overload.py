"""Bursts far above what a web process can do: what becomes of those it lets in, and of those it turns away.

A web role of profiles, asked for a member by so many clients at once that most find no place. Nobody listens to
`Retry-After`: each asks again at once. Beside it as many clients as find a place, and one caller beyond its limit.
"""

import selectors
import socket
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from bench.attendees import TENANT
from bench.ground import scratch
from bench.result import Result, median, percentile
from bench.web import Web, running_web
from services.profiles.app import build
from services.profiles.commands.register_member import register_member
from services.profiles.domain.member import Profile
from services.profiles.store import Store
from shared.service import lay
from shared.settings import Settings
from shared.storage.identifier_hashes import IdentifierHashes
from shared.storage.migrations import migrate

CROWD, WITHIN = 400, 64
SECONDS = 10.0
_REST_SECONDS = 5.0
"""Until what a burst has left in the queue is answered, to nobody."""
ROUNDS = 3
LIMIT = 100
"""Reads a minute of one caller, where callers are limited."""

Progress = Callable[[str], None]


@dataclass(slots=True)
class Burst:
    """What came of it: milliseconds of each answer by status, and those whose answer had no `Retry-After`."""

    seconds: float = 0.0
    times: dict[int, list[float]] = field(default_factory=dict)
    silent: Counter[int] = field(default_factory=Counter)

    def share(self, status: int) -> float:
        """Of all answers."""
        return len(self.times.get(status, ())) / max(1, sum(map(len, self.times.values())))

    def rate(self) -> float:
        """Answers with what was asked for, a second."""
        return len(self.times.get(200, ())) / self.seconds


def run(settings: Settings, progress: Progress) -> list[Result]:
    """Milliseconds of the accepted, 99th percentile; the floor is that of as many as find a place."""
    crowded: list[Burst] = []
    within: list[Burst] = []
    with tempfile.TemporaryDirectory(prefix="ithaca-bench-") as folder, scratch(settings) as own:
        member = _member(own)
        with running_web(own, Path(folder), "profiles") as web:
            for number in range(ROUNDS):
                within.append(_burst(web, member, WITHIN))
                crowded.append(_burst(web, member, CROWD))
                progress(f"overload {number + 1}: {_words(within[-1])}; {CROWD} clients: {_words(crowded[-1])}")
        with running_web(own, Path(folder), "profiles", rate_limits=f"read={LIMIT}") as web:
            limited = _burst(web, member, WITHIN)
            progress(f"overload, one caller beyond its limit: {_words(limited)}")
    silent = sum(sum(each.silent.values()) for each in (*crowded, limited))
    notes = (
        f"{CROWD} clients that ask again at once: p50 {median([_p(each, 0.5) for each in crowded]):.0f} ms, "
        f"{median([each.share(503) for each in crowded]):.0%} shed with 503, "
        f"{median([each.rate() for each in crowded]):.0f} served a second; floor: {WITHIN} clients, "
        f"{median([each.rate() for each in within]):.0f} a second; {silent} refused without Retry-After; "
        f"one caller beyond {LIMIT} a minute: {limited.share(429):.0%} answered 429"
    )
    product, floor = median([_p(each, 0.99) for each in crowded]), median([_p(each, 0.99) for each in within])
    return [Result("overload_p99", "ms", product, floor, None, notes, higher_is_better=False)]


def _member(settings: Settings) -> str:
    ground = lay(settings, "profiles")
    migrate(ground.database, build(ground).all_indexes())
    store = Store(ground.database, IdentifierHashes.from_settings(settings))
    named: Profile = {"given_name": "Ada", "family_name": "Okafor"}
    made = ground.unit_of_work.run(lambda t: register_member(t, store, named, {}), tenant=TENANT)
    ground.close()
    return made.id


def _p(burst: Burst, share: float) -> float:
    return percentile(burst.times[200], share)


def _words(burst: Burst) -> str:
    shares = ", ".join(f"{burst.share(status):.0%} {status}" for status in sorted(burst.times))
    return f"{burst.rate():.0f}/s, p50 {_p(burst, 0.5):.0f} ms, p99 {_p(burst, 0.99):.0f} ms ({shares})"


def _burst(web: Web, member: str, clients: int) -> Burst:
    """So many connections for a while, each of which asks again as soon as it is answered."""
    place = urlsplit(web.address)
    head = f"GET /v1/members/{member} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {web.token(member)}\r\n\r\n"
    request, burst, begun = head.encode(), Burst(), time.perf_counter()
    with selectors.DefaultSelector() as selector:
        for _ in range(clients):
            connection = socket.create_connection((place.hostname, place.port))
            selector.register(connection, selectors.EVENT_READ, _Asking(connection, request))
        while (now := time.perf_counter()) - begun < SECONDS:
            for key, _ in selector.select(1.0):
                asking: _Asking = key.data
                asking.read(burst)
        burst.seconds = now - begun
        for key in list(selector.get_map().values()):
            key.fileobj.close()  # type: ignore[union-attr]
    time.sleep(_REST_SECONDS)
    return burst


class _Asking:
    """One client on one connection."""

    def __init__(self, connection: socket.socket, request: bytes) -> None:
        self._connection = connection
        self._request = request
        self._read = b""
        self._ask()

    def _ask(self) -> None:
        self._read, self._asked_at = b"", time.perf_counter()
        self._connection.sendall(self._request)

    def read(self, burst: Burst) -> None:
        """What has come; with the last of an answer, the next request goes out."""
        content = self._connection.recv(65536)
        if not content:
            raise RuntimeError(f"a connection was closed: {self._read!r}")
        self._read += content
        head, parted, body = self._read.partition(b"\r\n\r\n")
        if not parted or len(body) < _length(head.split(b"\r\n")):
            return
        status = int(head[9:12])
        if status not in (200, 429, 503):
            raise RuntimeError(f"{status}: {body[:500]!r}")
        burst.times.setdefault(status, []).append((time.perf_counter() - self._asked_at) * 1000)
        burst.silent[status] += status != 200 and b"retry-after:" not in head.lower()
        self._ask()


def _length(lines: Sequence[bytes]) -> int:
    return next(int(line.split(b":")[1]) for line in lines if line.lower().startswith(b"content-length:"))
