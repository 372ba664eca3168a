"""A file of 100,000 attendees on the whole running platform, sent twice, beside the least that storing it takes."""

import dataclasses
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import orjson
from pymongo import MongoClient

from bench.attendees import TENANT, TYPE, record, until
from bench.ground import scratch
from bench.result import Result
from cli.embedded.issuer import load_issuer
from cli.embedded.ledger import Ledger
from cli.embedded.platform import Platform
from cli.token import signed
from shared.clock import SystemClock
from shared.messaging.group_lag import group_lag
from shared.settings import Settings
from shared.storage import Document
from tests.ports import free_range

FEW, MANY = 10_000, 100_000
BATCH = 500
_READS = {"events": ("attendees.v1", "members.v1"), "profiles": ("attendees.v1", "registrations.v1")}
"""What an upload comes down to: registrations, members, and the one told of the other. Mails go on much longer."""

_CALM_SECONDS = 1800.0
_START_SECONDS = 300.0

Progress = Callable[[str], None]


def run(settings: Settings, progress: Progress) -> list[Result]:
    """Rows per second from the first byte to the last registration; and if the same file again costs or changes."""
    with tempfile.TemporaryDirectory(prefix="ithaca-bench-") as folder, scratch(settings) as own:
        few, many = (_written(Path(folder) / f"{count}.ndjson", count) for count in (FEW, MANY))
        floor = _floor(own, many)
        progress(f"import_100k: floor {floor:,.0f}/s")
        with _running(own, Path(folder) / "data") as platform:
            platform.publish_event()
            platform.upload(few, FEW)
            resident = platform.memory("VmRSS")
            _calm(platform, progress)
            first = platform.upload(many, MANY)
            peak = platform.memory("VmHWM")
            progress(f"import_100k: {first:,.0f}/s, web process {resident:.0f} MiB at {FEW:,}, peak {peak:.0f} MiB")
            _calm(platform, progress)
            before = platform.state()
            second = platform.upload(many, MANY)
            progress(f"import_100k: again {second:,.0f}/s")
            _calm(platform, progress)
            changed = "nothing" if platform.state() == before else "SOMETHING"
    notes = (
        f"one round, whole platform; web process {resident:.0f} MiB at {FEW:,} rows, peak {peak:.0f} MiB: "
        f"{peak / resident:.2f}; the same file again {second / first:.2f} times as fast, changed {changed}"
    )
    return [Result("import_100k", "rows/s", first, floor, None, notes, higher_is_better=True)]


def _written(path: Path, count: int) -> Path:
    with path.open("wb") as file:
        file.writelines(orjson.dumps(record(number)) + b"\n" for number in range(count))
    return path


def _floor(settings: Settings, path: Path) -> float:
    """Read, parsed, validated, inserted; nobody is told."""
    validate = TYPE.faults
    with MongoClient[Document](settings.mongodb_uri) as client, path.open("rb") as file:
        into, begun, batch = client[f"{settings.database_prefix}floor"]["records"], time.perf_counter(), []
        for line in file:
            row = orjson.loads(line)
            if not validate(row):
                batch.append(row)
            if len(batch) == BATCH:
                into.insert_many(batch, ordered=False)
                batch = []
        return MANY / (time.perf_counter() - begun)


@dataclasses.dataclass
class _Platform:
    """`ithaca up`, and its database."""

    settings: Settings
    data: Path
    addresses: Platform
    client: MongoClient[Document]
    event: str = ""

    def ask(self, path: str, body: Any, kind: str = "application/json") -> dict[str, Any]:
        target = urlsplit(self.addresses.events)
        connection = HTTPConnection(target.hostname or "", target.port, timeout=1800)
        token = signed(
            load_issuer(self.data / "issuer"), tenant=TENANT, subject="bench", roles=("organizer",), seconds=36_000
        )
        connection.request("POST", path, body, {"Authorization": f"Bearer {token}", "Content-Type": kind})
        answer = connection.getresponse()
        content: dict[str, Any] = orjson.loads(answer.read())
        if answer.status >= 300:
            raise RuntimeError(f"{path}: {content}")
        connection.close()
        return content

    def publish_event(self) -> None:
        plan = {
            "name": "Annual Summit",
            "starts_at": "2030-06-01T08:00:00Z",
            "ends_at": "2030-06-01T18:00:00Z",
            "time_zone": "UTC",
            "sources": [{"source": "pretix", "source_event_id": "summit"}],
        }
        self.event = self.ask("/v1/events", orjson.dumps(plan))["id"]
        self.ask(f"/v1/events/{self.event}/publish", b"")

    def upload(self, path: Path, count: int) -> float:
        """Rows a second, until the last one was read behind the topic and has its registration."""
        begun = time.perf_counter()
        with path.open("rb") as file:
            done = self.ask(f"/v1/events/{self.event}/attendees", file, "application/x-ndjson")
        if (done["published"], done["rejected"]) != (count, 0):
            raise RuntimeError(f"{done}")
        until(lambda: self.registrations.estimated_document_count() >= count)
        until(lambda: not self.pending("events", "attendees") and not self.lag("events", "attendees.v1"))
        return count / (time.perf_counter() - begun)

    @property
    def registrations(self) -> Any:
        return self.client[self.settings.database_name("events")]["registrations"]

    def pending(self, service: str, topic: str = "") -> int:
        outbox = self.client[self.settings.database_name(service)]["outbox"]
        return outbox.count_documents({"pending": True, "topic": {"$regex": f"^{topic}"}}, limit=1)

    def lag(self, service: str, *topics: str) -> int:
        # What a transaction leaves in a partition counts: a group that has read everything may be a few marks behind.
        found = group_lag(self.settings, service, topics, SystemClock().now())
        return sum(each.messages for each in found if each.seconds is not None)

    def memory(self, name: str) -> float:
        """MiB of events' web process."""
        [entry] = [entry for entry in Ledger(self.data / "processes.json").read() if entry.name == "events-web"]
        found = re.search(rf"{name}:\s+(\d+) kB", Path(f"/proc/{entry.pid}/status").read_text())
        if found is None:
            raise LookupError(name)
        return int(found[1]) / 1024

    def state(self) -> list[Document]:
        """What there is of each registration but which record said so, and how much was told."""
        told = self.client[self.settings.database_name("events")]["outbox"]
        count = told.count_documents({"topic": {"$regex": "^registrations"}})
        return [*self.registrations.find({}, {"record.message_id": 0}).sort("_id", 1), {"told": count}]


def _calm(platform: _Platform, progress: Progress) -> None:
    """Waits until all registrations have their members, so that this does not slow the next upload."""

    def calm() -> bool:
        time.sleep(1.0)
        behind = any(platform.lag(service, *topics) for service, topics in _READS.items())
        return not behind and not any(platform.pending(service) for service in _READS)

    begun = time.perf_counter()
    while not calm():
        if time.perf_counter() - begun > _CALM_SECONDS:
            raise TimeoutError("registrations and members did not come to rest")
    progress(f"import_100k: registrations and members at rest after {time.perf_counter() - begun:.0f} s more")


@contextmanager
def _running(settings: Settings, data: Path) -> Iterator[_Platform]:
    environment = {
        **os.environ,
        "KAFKA_BOOTSTRAP_SERVERS": ",".join(settings.kafka.bootstrap_servers),
        "MONGODB_URI": settings.mongodb_uri,
        "ITHACA_BROKER": "kafka" if settings.kafka.transactions else "noida",
        "ITHACA_TOPIC_PREFIX": settings.topic_prefix,
        "ITHACA_DATABASE_PREFIX": settings.database_prefix,
        "ITHACA_DATA": str(data),
    }
    command = [sys.executable, "-m", "cli.main", "up", "--data", str(data), "--base-port", str(free_range())]
    with (data.parent / "up.log").open("wb") as log, MongoClient[Document](settings.mongodb_uri) as client:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=subprocess.STDOUT)
        try:
            deadline = time.monotonic() + _START_SECONDS
            while b"\nready " not in (data.parent / "up.log").read_bytes():
                if process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError((data.parent / "up.log").read_text())
                time.sleep(0.5)
            yield _Platform(settings, data, Platform.load(data), client)
        finally:
            process.terminate()
            process.wait()
