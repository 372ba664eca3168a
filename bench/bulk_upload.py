"""A file of 100,000 attendees on the whole running platform, sent twice, beside the least that storing it takes."""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import orjson
from pymongo import MongoClient

from bench.attendees import TYPE, record, until
from bench.ground import scratch
from bench.platform import Running, pieces, running
from bench.result import Result
from shared.settings import Settings
from shared.storage import Document

FEW, MANY = 10_000, 100_000
BATCH = 500
_READS = {"events": ("attendees.v1", "members.v1"), "profiles": ("attendees.v1", "registrations.v1")}
"""What an upload comes down to: registrations, members, and the one told of the other. Mails go on much longer."""

Progress = Callable[[str], None]


def run(settings: Settings, progress: Progress) -> list[Result]:
    """Rows per second from the first byte to the last registration; and if the same file again costs or changes."""
    with tempfile.TemporaryDirectory(prefix="ithaca-bench-") as folder, scratch(settings) as own:
        few, many = (_written(Path(folder) / f"{count}.ndjson", count) for count in (FEW, MANY))
        floor = _floor(own, many)
        progress(f"import_100k: floor {floor:,.0f}/s")
        with running(own, Path(folder) / "data") as platform:
            organizer = _Organizer(platform)
            organizer.upload(few, FEW)
            resident = platform.memory("events-web", "VmRSS")
            _rest(platform, progress)
            first = organizer.upload(many, MANY)
            peak = platform.memory("events-web", "VmHWM")
            progress(f"import_100k: {first:,.0f}/s, web process {resident:.0f} MiB at {FEW:,}, peak {peak:.0f} MiB")
            _rest(platform, progress)
            before = organizer.state()
            second = organizer.upload(many, MANY)
            progress(f"import_100k: again {second:,.0f}/s")
            _rest(platform, progress)
            changed = "nothing" if organizer.state() == before else "SOMETHING"
    notes = (
        f"one round, whole platform; web process {resident:.0f} MiB at {FEW:,} rows, peak {peak:.0f} MiB: "
        f"{peak / resident:.2f}; the same file again {second / first:.2f} times as fast, changed {changed}"
    )
    return [Result("import_100k", "rows/s", first, floor, None, notes, higher_is_better=True)]


def _rest(platform: Running, progress: Progress) -> None:
    """Until all registrations have their members, so that this does not slow the next upload."""
    progress(f"import_100k: registrations and members at rest after {platform.rest(_READS):.0f} s more")


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


class _Organizer:
    """Whoever has the file, with an event that takes it in."""

    def __init__(self, platform: Running) -> None:
        self._platform = platform
        self._door = platform.door("events", "organizer")
        self._registrations = platform.documents("events", "registrations")
        plan = {
            "name": "Annual Summit",
            "starts_at": "2030-06-01T08:00:00Z",
            "ends_at": "2030-06-01T18:00:00Z",
            "time_zone": "UTC",
            "sources": [{"source": "pretix", "source_event_id": "summit"}],
        }
        json = {"Content-Type": "application/json"}
        self._event = self._door.post("/v1/events", iter([orjson.dumps(plan)]), json)["id"]
        self._door.post(f"/v1/events/{self._event}/publish")

    def upload(self, path: Path, count: int) -> float:
        """Rows a second, until the last one was read behind the topic and has its registration."""
        platform, begun = self._platform, time.perf_counter()
        ndjson = {"Content-Type": "application/x-ndjson"}
        done = self._door.post(f"/v1/events/{self._event}/attendees", pieces(path), ndjson)
        if (done["published"], done["rejected"]) != (count, 0):
            raise RuntimeError(f"{done}")
        until(lambda: self._registrations.estimated_document_count() >= count)
        until(lambda: not platform.pending("events", "attendees") and not platform.lag("events", "attendees.v1"))
        return count / (time.perf_counter() - begun)

    def state(self) -> list[Document]:
        """What there is of each registration but which record said so, and how much was told."""
        outbox = self._platform.documents("events", "outbox")
        count = outbox.count_documents({"topic": {"$regex": "^registrations"}})
        return [*self._registrations.find({}, {"record.message_id": 0}).sort("_id", 1), {"told": count}]
