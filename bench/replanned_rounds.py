"""Speed rounds of 5,000 people over HTTP: the first plan, and another one when 5 % are gone in the middle.

Each is measured from the request until the series reads as published. The floor is what no way of doing it spares:
the engine, and the documents that came of it, written again in one transaction. The peer is the first plan.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from bench.attendees import TENANT
from bench.ground import scratch
from bench.result import Result, median
from bench.web import Web, running_web, store_all
from cli.embedded.issuer import load_issuer
from cli.token import signed
from services.events.app import build
from services.events.commands.gather_guests import apart_among, known_of
from services.events.domain.event import Event, EventState
from services.events.domain.wishes import Wishes, said_id
from services.events.scheduling.ahead import compile_ahead
from services.events.scheduling.rounds import ABSENT, Guest, RoundsAsked, RoundsPlan, RoundsSummary, asked
from services.events.scheduling.rounds_graph import barred, graph
from services.events.scheduling.rounds_summary import summary
from services.events.scheduling.speed_rounds import replan_rounds
from services.events.store import Store
from shared.clock import rfc3339
from shared.ids import new_id
from shared.messaging import outbox
from shared.service import Foundation, lay
from shared.settings import Settings
from shared.storage import Document
from shared.storage.migrations import migrate
from shared.storage.transaction import run_transaction

PEOPLE, GONE, ROUNDS, WISHES = 5_000, 250, 12, 10
_TIMES = 5
_LOOK_SECONDS = 0.02
_LONGEST_SECONDS = 120.0
_PARTS = 8
"""Messages that tell of it, about."""
_MIDDLE = ROUNDS // 2

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class _Measured:
    """Seconds, and how the new plan compares with one that is made wholly anew."""

    first: float
    again: float
    floor: float
    share: float
    changed: int


def run(settings: Settings, progress: Progress) -> list[Result]:
    """Seconds, medians of first plans and new ones in turns."""
    compile_ahead()
    found = []
    with tempfile.TemporaryDirectory(prefix="ithaca-bench-") as name, scratch(settings) as own:
        folder, ground = Path(name), lay(own, "events")
        migrate(ground.database, build(ground).all_indexes())
        with running_web(own, folder, "events") as web, _running_worker(own, folder):
            client = _Organizer(web, folder)
            _measured(ground, client, 0)
            for number in range(1, _TIMES + 1):
                found.append(_measured(ground, client, number))
                last = found[-1]
                progress(
                    f"replan, {number} of {_TIMES}: {last.again:.3f} s after {last.first:.3f} s at first; "
                    f"floor {last.floor:.3f} s, {last.share:.2%}, {last.changed:,} changed"
                )
        ground.close()
    again, first = (median([getattr(each, what) for each in found]) for what in ("again", "first"))
    notes = (
        f"{GONE} of {PEOPLE:,} gone after {_MIDDLE} of {ROUNDS} rounds, {WISHES} wishes each; {again / first:.1%} of "
        f"the first plan's time, {min(each.share for each in found):.2%} of the affinity of all later rounds anew; "
        f"another plan for {median([each.changed for each in found]):,.0f}. The peer is the first plan"
    )
    floor = median([each.floor for each in found])
    return [Result("replan_http_5k", "s", again, floor, first, notes, higher_is_better=False)]


class _Organizer:
    """Whoever asks over HTTP."""

    def __init__(self, web: Web, folder: Path) -> None:
        token = signed(
            load_issuer(folder / "issuer"), tenant=TENANT, subject="bench", roles=("organizer",), seconds=36_000
        )
        self._web, self._headers = web, {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def ask(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        """One request. Raises RuntimeError where it is refused."""
        content = None if body is None else orjson.dumps(body)
        answer = self._web.pool.request(method, self._web.address + path, headers=self._headers, body=content)
        if answer.status >= 300:
            raise RuntimeError(f"{method} {path}: {answer.status} {answer.data[:500]!r}")
        shown: dict[str, Any] = orjson.loads(answer.data)
        return shown

    def reads(self, path: str, state: str, plan_version: int) -> dict[str, Any]:
        """The series, once it is there. Raises TimeoutError."""
        deadline = time.monotonic() + _LONGEST_SECONDS
        while time.monotonic() < deadline:
            shown = self.ask("GET", path)
            if (shown["state"], shown["plan_version"]) == (state, plan_version):
                return shown
            time.sleep(_LOOK_SECONDS)
        raise TimeoutError(f"not {state}: {shown}")


def _measured(ground: Foundation, client: _Organizer, seed: int) -> _Measured:
    event_id, people = _gathering(ground, seed)
    series: Document = {"starts_at": rfc3339(_now() + timedelta(hours=1)), "rounds": ROUNDS}
    begun = time.perf_counter()
    made = client.ask("POST", f"/v1/events/{event_id}/rounds", series)
    path = f"/v1/events/{event_id}/rounds/{made['id']}"
    client.reads(path, "ready", 1)
    client.ask("POST", f"{path}/publish", {})
    client.reads(path, "published", 1)
    first = time.perf_counter() - begun
    before = _told(ground, made["id"])
    # The clock says that half of the rounds have begun.
    ground.database["round_series"].update_one(
        {"_id": made["id"]}, {"$set": {"starts_at": _now() - timedelta(minutes=10 * _MIDDLE - 5)}}
    )
    gone = [people[at] for at in np.random.default_rng(seed).choice(PEOPLE, GONE, replace=False)]
    begun = time.perf_counter()
    client.ask("POST", f"{path}/replan", {"gone_ids": gone})
    renewed = client.reads(path, "published", 2)
    again = time.perf_counter() - begun
    floor, share = _compared(ground, made["id"], before, gone)
    return _Measured(first, again, floor, share, renewed["summary"]["changed"])


def _gathering(ground: Foundation, seed: int) -> tuple[str, list[str]]:
    """An event that people come to, each with wishes; every second wish is for whoever wishes for them, too."""
    store, now = Store(ground.database), _now()
    event = Event(
        new_id(),
        TENANT,
        1,
        now,
        "Summit",
        now - timedelta(days=1),
        now + timedelta(days=2),
        "UTC",
        EventState.PUBLISHED,
    )
    store_all(store.events, [event])
    people = sorted(new_id() for _ in range(PEOPLE))
    about = {"tenant": TENANT, "groups": [], "hidden": False}
    ground.database["members"].insert_many(
        [{"_id": each, "name": f"Person {at}", "search": f"person {at}", **about} for at, each in enumerate(people)]
    )
    there = {"tenant": TENANT, "event_id": event.id, "attending": True, "changes": 1, "updated_at": now}
    ground.database["attendance"].insert_many(
        [{"_id": f"{TENANT}\n{event.id}\n{each}", "member_id": each, **there} for each in people]
    )
    lot = np.random.default_rng(seed)
    wished: list[set[int]] = [set() for _ in people]
    for at, own in enumerate(wished):
        for other in lot.integers(0, PEOPLE, WISHES * 3 // 4).tolist():
            if other != at:
                own.add(other)
                if len(wished[other]) < WISHES and lot.random() < 0.5:
                    wished[other].add(at)
    store_all(
        store.wishes,
        [
            Wishes(said_id(event.id, each), TENANT, 1, now, event.id, each, tuple(people[at] for at in sorted(own)))
            for each, own in zip(people, wished, strict=True)
        ],
    )
    return event.id, people


@dataclass(frozen=True, slots=True)
class _Told:
    plan: RoundsPlan
    asked: RoundsAsked


def _told(ground: Foundation, series_id: str) -> _Told:
    """A plan that is shown, and what was asked of it."""
    store = Store(ground.database)
    series = store.round_series.get(TENANT, series_id)
    places = sorted(store.round_places.all(series), key=lambda each: each.member_id)
    table = np.array([each.seats for each in places], np.int32)
    ids = [each.member_id for each in places]
    apart = apart_among(store, series, {each: row for row, each in enumerate(ids)})
    told = known_of(store, series, ids).ties.of(asked([Guest(each) for each in ids], ROUNDS), np.arange(PEOPLE), apart)
    return _Told(RoundsPlan(tuple(ids), table, RoundsSummary(0, 0, 0, 0, None, False)), told)


def _compared(ground: Foundation, series_id: str, before: _Told, gone: Sequence[str]) -> tuple[float, float]:
    """The floor's seconds, and the share of the affinity of the coming rounds that planning them wholly anew has."""
    told, missing = before.asked, frozenset(gone)
    leaves = np.array([_MIDDLE if each in missing else ROUNDS for each in told.people])
    now = RoundsAsked(**{name: getattr(told, name) for name in told.__slots__} | {"leaves": leaves})
    after = _told(ground, series_id).plan
    if not np.array_equal(after.table[:, :_MIDDLE], before.plan.table[:, :_MIDDLE]):
        raise RuntimeError("rounds that had begun are not as they were")
    if (after.table[leaves == _MIDDLE][:, _MIDDLE:] != ABSENT).any():
        raise RuntimeError("somebody who is gone has a place")
    anew = replan_rounds(before.plan, now, _MIDDLE, anew=True).table
    x = barred(told)
    g = graph(told, x)
    past = summary(g, x, before.plan.table[:, :_MIDDLE]).affinity
    share = (summary(g, x, after.table).affinity - past) / (summary(g, x, anew).affinity - past)
    return _floor(ground, series_id, before, now), share


def _floor(ground: Foundation, series_id: str, before: _Told, now: RoundsAsked) -> float:
    database = ground.database
    seats = list(database["round_seats"].find({"series_id": series_id, "plan": 2}))
    rows = list(database[outbox.COLLECTION].find({"key": series_id}).sort("_id", -1).limit(_PARTS))
    kept, left = database["floor_seats"], database["floor_outbox"]
    begun = time.perf_counter()
    replan_rounds(before.plan, now, _MIDDLE)

    def write(session: Any) -> None:
        kept.insert_many([{**each, "_id": new_id()} for each in seats], session=session)
        left.insert_many([{**each, "_id": new_id()} for each in rows], session=session)

    run_transaction(ground.client, write)
    return time.perf_counter() - begun


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


@contextmanager
def _running_worker(settings: Settings, folder: Path) -> Iterator[None]:
    """The service's worker on these backends; ended afterwards."""
    environment = {
        **os.environ,
        "MONGODB_URI": settings.mongodb_uri,
        "KAFKA_BOOTSTRAP_SERVERS": ",".join(settings.kafka.bootstrap_servers),
        "ITHACA_BROKER": "kafka" if settings.kafka.transactions else "noida",
        "ITHACA_DATABASE_PREFIX": settings.database_prefix,
        "ITHACA_TOPIC_PREFIX": settings.topic_prefix,
        "ITHACA_JWKS_URL": load_issuer(folder / "issuer").jwks.absolute().as_uri(),
    }
    command = [sys.executable, "-m", "cli.main", "run", "events", "--role", "worker"]
    with (folder / "worker.log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=subprocess.STDOUT)
    try:
        yield
    finally:
        process.terminate()
        process.wait()
