"""A feed of 100,000 members on the whole running platform, its worker killed in the middle, then sent again."""

import os
import signal
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
from pymongo import MongoClient

from bench.ground import scratch
from bench.platform import Running, pieces, running
from bench.result import Result
from services.profiles.api.schemas import FeedRowSchema
from shared.settings import Settings
from shared.storage import Document

FEW, MANY = 10_000, 100_000
BATCH = 500
_LEFT_OUT = 6
"""Percent, where the guard lets 5 go."""

_WEB, _WORKER = "profiles-web", "profiles-worker"
_READS = {"profiles": ("attendees.v1",), "events": ("members.v1",)}

Progress = Callable[[str], None]


def run(settings: Settings, progress: Progress) -> list[Result]:
    """Rows per second from the first byte to the last member; memory, the same again, and who is left out."""
    with tempfile.TemporaryDirectory(prefix="ithaca-bench-") as folder, scratch(settings) as own:
        rows = Path(folder)
        few, many = (_written(rows / f"{count}.ndjson", range(count)) for count in (FEW, MANY))
        short = _written(rows / "short.ndjson", range(MANY * _LEFT_OUT // 100, MANY))
        floor = _floor(own, many)
        progress(f"feed_100k: floor {floor:,.0f}/s")
        with running(own, rows / "data") as platform:
            association = _Association(platform, progress)
            association.feed(few)
            resident = [platform.memory(each, "VmRSS") for each in (_WEB, _WORKER)]
            rate, done = association.feed(many, kill=True)
            _require(done, received=MANY, rejected=0, state="finished")
            _require({"members": association.members.count_documents({})}, members=MANY)
            peak = [platform.memory(each, "VmHWM") for each in (_WEB, _WORKER)]
            platform.rest(_READS)
            before = association.state()
            again, done = association.feed(many)
            _require(done, unchanged=MANY, created=0, changed=0, absent=0, state="finished")
            changed = "nothing" if association.state() == before else "SOMETHING"
            _, done = association.feed(short)
            _require(done, absent=MANY - MANY * (100 - _LEFT_OUT) // 100, suspended=0, state="waiting_for_approval")
            guarded = "nothing" if association.state() == before else "SOMETHING"
    web, worker = (f"{now:.0f} to {most:.0f} MiB" for now, most in zip(resident, peak, strict=True))
    notes = (
        f"one round, whole platform, worker killed after a third of the rows; from {FEW:,} to {MANY:,} rows the web "
        f"process {web}, the worker (started anew) {worker}; the same again {again / rate:.2f} times as fast, changed "
        f"{changed}; with {_LEFT_OUT} % left out it waits for approval, changed {guarded}"
    )
    return [Result("feed_100k", "rows/s", rate, floor, None, notes, higher_is_better=True)]


def _row(number: int) -> Document:
    return {
        "member_number": f"M-{number}",
        "given_name": "Ada",
        "family_name": f"Okafor {number}",
        "email": f"person{number}@example.org",
        "organization": "Example Corp",
        "job_title": "Engineer",
        "roles": ["mentee"],
        "skills": [{"label": "python", "side": "offers", "level": 3}],
    }


def _written(path: Path, numbers: range) -> Path:
    with path.open("wb") as file:
        file.writelines(orjson.dumps(_row(number)) + b"\n" for number in numbers)
    return path


def _floor(settings: Settings, path: Path) -> float:
    """Read, parsed, validated as the door does, inserted; nobody is told."""
    schema = FeedRowSchema()
    with MongoClient[Document](settings.mongodb_uri) as client, path.open("rb") as file:
        into, begun, batch = client[f"{settings.database_prefix}floor"]["members"], time.perf_counter(), []
        for line in file:
            row = orjson.loads(line)
            if not schema.validate(row):
                batch.append(row)
            if len(batch) == BATCH:
                into.insert_many(batch, ordered=False)
                batch = []
        return MANY / (time.perf_counter() - begun)


class _Association:
    """Whoever has the feed."""

    def __init__(self, platform: Running, progress: Progress) -> None:
        self.members = platform.documents("profiles", "members")
        self._platform = platform
        self._progress = progress
        self._door = platform.door("profiles", "coordinator")

    def feed(self, path: Path, *, kill: bool = False) -> tuple[float, dict[str, Any]]:
        """Rows a second until nothing more happens by itself, and what came of it."""
        begun = time.perf_counter()
        done = self._door.post("/v1/imports", pieces(path), {"Content-Type": "application/x-ndjson"})
        while done["state"] in ("applying", "suspending"):
            time.sleep(0.2)
            done = self._door.get(f"/v1/imports/{done['id']}")
            if kill and done["applied"] * 3 > done["received"]:
                kill = False
                os.kill(self._platform.pid(_WORKER), signal.SIGKILL)
                self._progress(f"feed_100k: worker killed after {done['applied']:,} rows")
        rate = float(done["received"]) / (time.perf_counter() - begun)
        self._progress(f"feed_100k: {done['received']:,} rows, {done['state']}, {rate:,.0f}/s")
        return rate, done

    def state(self) -> list[Document]:
        """Every member, and how much was told of them."""
        outbox = self._platform.documents("profiles", "outbox")
        return [*self.members.find().sort("_id", 1), {"told": outbox.count_documents({"topic": "members.v1"})}]


def _require(found: dict[str, Any], **wanted: Any) -> None:
    if differing := {name: found[name] for name, value in wanted.items() if found[name] != value}:
        raise RuntimeError(f"{differing}, and not {wanted}")
