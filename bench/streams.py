"""Two thousand members who listen and are told nothing: what they cost one web process of notifications."""

import os
import selectors
import socket
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from pymongo.collection import Collection

from bench.attendees import TENANT
from bench.ground import scratch
from bench.result import Result, median
from bench.web import Web, running_web
from services.notifications.app import build
from services.notifications.domain.notification import Notification
from services.notifications.domain.telling import Subject
from shared.clock import SystemClock
from shared.ids import new_id
from shared.service import lay
from shared.settings import Settings
from shared.storage.client import Document
from shared.storage.migrations import migrate
from shared.storage.repository import converter

LISTENERS = 2_000
IDLE_SECONDS = 60.0
TOLD = 200
_AT_ONCE = 50
"""More at the same moment than a process lets wait would be told to come back."""
_ATTEMPT_SECONDS = 30.0
_TICKS = os.sysconf("SC_CLK_TCK")

Progress = Callable[[str], None]


def run(settings: Settings, progress: Progress) -> list[Result]:
    """Resident memory with all of them connected, beside that of the process before."""
    with tempfile.TemporaryDirectory(prefix="ithaca-bench-") as folder, scratch(settings) as own:
        ground = lay(own, "notifications")
        migrate(ground.database, build(ground).all_indexes())
        with running_web(own, Path(folder), "notifications") as web:
            members = [new_id() for _ in range(LISTENERS)]
            web.ask("GET", "/v1/inbox", web.token(members[0]))
            before = web.memory()
            listeners = Listeners()
            try:
                for first in range(0, LISTENERS, _AT_ONCE):
                    for member in members[first : first + _AT_ONCE]:
                        listeners.connect(web, member)
                    listeners.until_all_have(b"event: ready")
                progress(f"streams_2k: {LISTENERS:,} connected, idle for {IDLE_SECONDS:.0f} s")
                share = _share_of_a_core(web, listeners)
                memory = web.memory()
                told = _until_told(ground.database["notifications"], listeners, members)
            finally:
                listeners.close()
        ground.close()
    notes = (
        f"{LISTENERS:,} idle listeners on one process: {share:.1%} of a core over {IDLE_SECONDS:.0f} s, a heartbeat "
        f"each 20 s; floor: the process without any; from an insert to its event p50 {median(told) * 1000:.0f} ms"
    )
    return [Result("streams_2k", "MiB", memory, before, None, notes, higher_is_better=False)]


class Listeners:
    """Open streams, read by one thread."""

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()
        self._read: dict[str, bytes] = {}

    def connect(self, web: Web, member: str) -> None:
        """Asks for the member's stream."""
        place = urlsplit(web.address)
        connection = socket.create_connection((place.hostname, place.port))
        head = f"GET /v1/inbox/stream HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {web.token(member)}\r\n\r\n"
        connection.sendall(head.encode())
        connection.setblocking(False)
        self._read[member] = b""
        self._selector.register(connection, selectors.EVENT_READ, member)

    def read(self, seconds: float) -> None:
        """What has come, or comes within this time."""
        for key, _ in self._selector.select(seconds):
            connection: socket.socket = key.fileobj  # type: ignore[assignment]
            content = connection.recv(65536)
            if not content:
                raise RuntimeError(f"a stream ended: {self._read[key.data]!r}")
            self._read[key.data] = (self._read[key.data] + content)[-4096:]

    def until_all_have(self, content: bytes) -> None:
        """Waits until each was told this."""
        deadline = time.monotonic() + _ATTEMPT_SECONDS
        while missing := sum(content not in each for each in self._read.values()):
            if time.monotonic() > deadline:
                raise TimeoutError(f"{missing} streams were not told {content!r}")
            self.read(1.0)

    def until(self, member: str, content: bytes) -> None:
        """Waits until this one was told this."""
        deadline = time.monotonic() + _ATTEMPT_SECONDS
        while content not in self._read[member]:
            if time.monotonic() > deadline:
                raise TimeoutError(f"a stream was not told {content!r}")
            self.read(1.0)

    def close(self) -> None:
        """Lets all go."""
        for key in list(self._selector.get_map().values()):
            key.fileobj.close()  # type: ignore[union-attr]
        self._selector.close()


def _share_of_a_core(web: Web, listeners: Listeners) -> float:
    begun, used = time.monotonic(), _cpu_seconds(web.pid)
    while time.monotonic() - begun < IDLE_SECONDS:
        listeners.read(1.0)
    return (_cpu_seconds(web.pid) - used) / (time.monotonic() - begun)


def _cpu_seconds(pid: int) -> float:
    """What the process has had of the processors, all its threads together (proc(5))."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _until_told(notifications: Collection[Document], listeners: Listeners, members: Sequence[str]) -> list[float]:
    """Seconds from before an insert until its member was told."""
    times = []
    for member in members[:TOLD]:
        notification = _notification(member)
        document = converter.unstructure(notification)
        begun = time.perf_counter()
        notifications.insert_one({"_id": document.pop("id"), **document})
        listeners.until(member, notification.id.encode())
        times.append(time.perf_counter() - begun)
    return times


def _notification(member: str) -> Notification:
    now = SystemClock().now()
    return Notification(
        id=new_id(),
        tenant=TENANT,
        version=1,
        updated_at=now,
        created_at=now,
        member_id=member,
        type="org.ithaca.request.accepted.v1",
        message_id=new_id(),
        subject=Subject.REQUEST,
        subject_id=new_id(),
        about_id=new_id(),
    )
