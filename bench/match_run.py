"""A match run of 100,000 mentees over HTTP on the whole running platform, its worker killed while it computes and again
while it publishes, and members asking for recommendations: until there are any, and meanwhile.
"""

import dataclasses
import os
import signal
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from bench.attendees import TENANT
from bench.ground import scratch
from bench.pairing import warm_up
from bench.platform import Running, running
from bench.population import population
from bench.result import Result, percentile
from cli.door import Door, Unanswered
from services.matching.domain.enrollment import Enrollment, EnrollmentState, Role
from services.matching.domain.match_run import Objective
from services.matching.domain.mentor_load import MentorLoad
from services.matching.domain.visibility import visible_to_participants
from services.matching.engine.candidates import candidates, list_length
from services.matching.engine.explanations import Audience
from services.matching.engine.matching import Wanted, concluded, prepared
from services.matching.engine.pool import Criteria, Place, Pool
from shared.ids import new_id
from shared.settings import Settings
from shared.storage.repository import converter

MENTEES = 100_000
PUBLISHED = 300
_LOOK_SECONDS = 0.25
_ASK_SECONDS = 0.5
_PATIENCE_SECONDS = 1800.0
_WORKER = "matching-worker"
_STAGES = ("input", "features", "candidates", "assignment", "explanations", "proposals")

Progress = Callable[[str], None]


def run(settings: Settings, progress: Progress) -> list[Result]:
    """Seconds from asking until it is ready; the floor is the engine alone, with everybody in memory."""
    pool = _with_ids(population(MENTEES))
    floor = _engine_alone(pool)
    progress(f"match_run_100k: the engine alone {floor:.0f} s")
    with (
        tempfile.TemporaryDirectory(prefix="ithaca-bench-") as folder,
        scratch(settings) as own,
        running(own, Path(folder) / "data") as platform,
    ):
        program = _Program(platform, pool, progress)
        cold, refused = program.until_recommended()
        progress(f"match_run_100k: recommendations after {cold:.1f} s")
        resident = platform.memory(_WORKER, "VmRSS")
        calm = program.run()
        peak = platform.memory(_WORKER, "VmHWM")
        killed = program.run(kill_at=0.4)
        same = "the same pairs" if calm.pairs == killed.pairs else "OTHER PAIRS"
        doubled = program.publish(killed.id)
    stages = ", ".join(f"{stage} {calm.seconds[stage]:.0f}" for stage in _STAGES)
    notes = (
        f"one round, whole platform: {stages} s; longest time between two heartbeats {calm.longest_gap:.1f} s; "
        f"recommendations {cold:.1f} s after they were first asked for, {refused} times refused until then; meanwhile "
        f"{_told(calm)}; worker {resident:.0f} to {peak:.0f} MiB; with the worker killed "
        f"amid candidates {killed.total:.0f} s and {same}; killed amid publishing {PUBLISHED} pairs, {doubled}"
    )
    return [Result("match_run_100k", "s", calm.total, floor, None, notes, higher_is_better=False)]


def _with_ids(pool: Pool) -> Pool:
    ids: dict[str, str] = {}

    def place(each: Place) -> Place:
        member = dataclasses.replace(each.member, id=ids.setdefault(each.member.id, new_id()), tenant=TENANT)
        return dataclasses.replace(each, member=member)

    return Pool(tuple(map(place, pool.mentors)), tuple(map(place, pool.mentees)), pool.monday)


def _engine_alone(pool: Pool) -> float:
    warm_up()
    begun = time.perf_counter()
    known = prepared(pool, Criteria(), (), 0)
    found = candidates(known, Criteria())
    wanted = Wanted(Objective.BEST_SCORE)
    concluded(known, Criteria(), found, wanted, list_length(known, None), visible_to_participants, Audience.STAFF)
    return time.perf_counter() - begun


@dataclasses.dataclass(slots=True)
class _Seen:
    """A run as it was seen from outside; seconds by stage, milliseconds of each recommendation."""

    id: str
    total: float = 0.0
    seconds: defaultdict[str, float] = dataclasses.field(default_factory=lambda: defaultdict(float))
    longest_gap: float = 0.0
    answers: list[float] = dataclasses.field(default_factory=list)
    refusals: list[str] = dataclasses.field(default_factory=list)
    """What was said instead of recommendations."""
    pairs: set[tuple[str, str]] = dataclasses.field(default_factory=set)


class _Program:
    """An open program that everybody is approved in."""

    def __init__(self, platform: Running, pool: Pool, progress: Progress) -> None:
        self._platform = platform
        self._progress = progress
        self._door = platform.door("matching", "coordinator")
        asked = {"name": "Everybody", "kind": "cohort", "format": "one_to_one"}
        self._id = _post(self._door, "/v1/programs", asked)["id"]
        _post(self._door, f"/v1/programs/{self._id}/open", {})
        for places, role in ((pool.mentors, Role.MENTOR), (pool.mentees, Role.MENTEE)):
            self._store(places, role)
        self._mentees = [place.member.id for place in pool.mentees[:1_000]]
        progress(f"match_run_100k: {len(pool.mentors):,} mentors and {len(pool.mentees):,} mentees are there")

    def until_recommended(self) -> tuple[float, int]:
        """Seconds from the first question on until it is answered by recommendations, and how often it was refused."""
        begun, refused = time.perf_counter(), 0
        while True:
            try:
                self._recommendations(self._mentees[0])
            except Unanswered as refusal:
                refused += 1
                if refusal.status != 503 or time.perf_counter() - begun > _PATIENCE_SECONDS:
                    raise
                time.sleep(_LOOK_SECONDS)
            else:
                return time.perf_counter() - begun, refused

    def run(self, *, kill_at: float = 2.0) -> _Seen:
        """A run followed to its end; the worker is killed once, when the run has come so far."""
        seen = _Seen(_post(self._door, f"/v1/programs/{self._id}/match-runs", {"objective": "best_score"})["id"])
        over = threading.Event()
        asking = threading.Thread(target=self._ask, args=(seen, over))
        asking.start()
        try:
            self._follow(seen, kill_at)
        finally:
            over.set()
            asking.join()
        where = {"tenant": TENANT, "run_id": seen.id}
        found = self._platform.documents("matching", "proposals").find(where, {"mentor_id": 1, "mentee_id": 1})
        seen.pairs = {(each["mentor_id"], each["mentee_id"]) for each in found}
        self._progress(f"match_run_100k: {len(seen.pairs):,} pairs in {seen.total:.0f} s")
        return seen

    def publish(self, run_id: str) -> str:
        """Publishes some of it, the worker killed half way; what came of it."""
        page = f"/v1/match-runs/{run_id}/proposals"
        proposals = [each for _, each in zip(range(PUBLISHED), self._door.every(page), strict=False)]
        chosen = [each["id"] for each in proposals]
        self._platform.documents("matching", "proposals").update_many(
            {"_id": {"$in": chosen}}, {"$set": {"state": "approved"}, "$inc": {"version": 1}}
        )
        mentorships = self._platform.documents("matching", "mentorships")
        _post(self._door, f"/v1/match-runs/{run_id}/publish", {})
        killed, published = False, 0
        for run in self._looks(run_id, lambda run: run["state"] != "published"):
            published = run["published"]
            if not killed and mentorships.count_documents({}) >= PUBLISHED // 3:
                os.kill(self._platform.pid(_WORKER), signal.SIGKILL)
                killed = True
        pairs = Counter((each["mentor_id"], each["mentee_id"]) for each in mentorships.find({}))
        wanted = Counter((each["mentor_id"], each["mentee_id"]) for each in proposals)
        began = "each began once" if pairs == wanted and killed else "NOT EACH BEGAN ONCE"
        return f"{began}, {published} published"

    def _store(self, places: tuple[Place, ...], role: Role) -> None:
        """As they are when a coordinator has enrolled them, without the messages that tell of it."""
        for first in range(0, len(places), 1_000):
            some = places[first : first + 1_000]
            enrollments = [self._enrollment(place, role) for place in some]
            self._insert("copies", [place.member for place in some])
            self._insert("enrollments", enrollments)
            if role is Role.MENTOR:
                self._insert("mentor_loads", [_load(each) for each in enrollments])

    def _insert(self, collection: str, kept: Sequence[Any]) -> None:
        documents = [converter.unstructure(each) for each in kept]
        self._platform.documents("matching", collection).insert_many(
            [{"_id": each.pop("id"), **each} for each in documents]
        )

    def _enrollment(self, place: Place, role: Role) -> Enrollment:
        return Enrollment(
            id=new_id(),
            tenant=TENANT,
            version=1,
            updated_at=datetime.now(UTC),
            program_id=self._id,
            member_id=place.member.id,
            role=role,
            capacity=place.capacity,
            state=EnrollmentState.APPROVED,
        )

    def _follow(self, seen: _Seen, kill_at: float) -> None:
        begun = looked = time.perf_counter()
        for run in self._looks(seen.id, lambda run: run["state"] in ("queued", "computing")):
            now = time.perf_counter()
            seen.seconds[run["stage"]] += now - looked
            looked = now
            if run["heartbeat_at"] is not None:
                age = datetime.now(UTC) - datetime.fromisoformat(run["heartbeat_at"])
                seen.longest_gap = max(seen.longest_gap, age.total_seconds())
            if run["progress"] >= kill_at and run["stage"] == "candidates":
                kill_at = 2.0
                os.kill(self._platform.pid(_WORKER), signal.SIGKILL)
                self._progress(f"match_run_100k: worker killed at {run['progress']:.0%}")
            if run["state"] == "failed":
                raise RuntimeError(run["failure"])
        seen.total = time.perf_counter() - begun

    def _looks(self, run_id: str, goes_on: Callable[[dict[str, Any]], bool]) -> Iterator[dict[str, Any]]:
        """The run, again and again, the last time when it goes on no more."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while time.monotonic() < deadline:
            run = self._door.get(f"/v1/match-runs/{run_id}")
            yield run
            if not goes_on(run):
                return
            time.sleep(_LOOK_SECONDS)
        raise TimeoutError(f"the run is {run['state']}, {run['stage']}")

    def _ask(self, seen: _Seen, over: threading.Event) -> None:
        number = 0
        while not over.wait(_ASK_SECONDS):
            member, number = self._mentees[number % len(self._mentees)], number + 1
            begun = time.perf_counter()
            try:
                self._recommendations(member)
            except Unanswered as refusal:
                seen.refusals.append(refusal.line)
            else:
                seen.answers.append((time.perf_counter() - begun) * 1000)

    def _recommendations(self, member_id: str) -> None:
        self._door.ask("GET", f"/v1/programs/{self._id}/recommendations?member_id={member_id}")


def _told(seen: _Seen) -> str:
    """What came of asking while a run went on."""
    if not seen.answers:
        return f"NO RECOMMENDATIONS, {len(seen.refusals)} refused: {seen.refusals[:1]}"
    middle, late = (percentile(seen.answers, share) for share in (0.5, 0.99))
    refused = f", as {seen.refusals[0]!r}" if seen.refusals else ""
    return f"{len(seen.answers)} of them, p50 {middle:.0f} ms, p99 {late:.0f} ms, {len(seen.refusals)} refused{refused}"


def _load(of: Enrollment) -> MentorLoad:
    return MentorLoad(new_id(), TENANT, 1, of.updated_at, of.program_id, of.member_id, of.id, of.capacity)


def _post(door: Door, path: str, body: dict[str, Any]) -> dict[str, Any]:
    return door.post(path, iter([orjson.dumps(body)]), {"Content-Type": "application/json"})
