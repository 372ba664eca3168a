"""Recommendations over HTTP from a web process that has 33,000 mentors in memory, beside its smallest answers."""

import dataclasses
import random
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path

from bench.attendees import TENANT
from bench.ground import scratch
from bench.population import population
from bench.result import Result, median, percentile
from bench.web import Refused, Web, running_web, store_all
from services.matching.app import build
from services.matching.domain.enrollment import Enrollment, EnrollmentState, Role
from services.matching.domain.member import Member
from services.matching.domain.mentor_load import MentorLoad
from services.matching.domain.program import Format, Kind, Program, ProgramState
from services.matching.engine.pool import Place
from services.matching.store import Store
from shared.ids import new_id
from shared.service import lay
from shared.settings import Settings
from shared.storage.migrations import migrate

MENTORS = 33_000
MENTEES = 3_000
"""So many of the 99,000 are stored: one is drawn for each question."""
MENTORS_WHO_ASK = 300
ROUNDS = 1_000
_READ_SECONDS = 300.0
_NOW = datetime(2026, 11, 1, tzinfo=UTC)

Progress = Callable[[str], None]
Ask = Callable[[], None]


def run(settings: Settings, progress: Progress) -> list[Result]:
    """Milliseconds of an answer, medians, each address in turns."""
    with tempfile.TemporaryDirectory(prefix="ithaca-bench-") as folder, scratch(settings) as own:
        progress(f"live_http: storing {MENTORS:,} mentors")
        program_id, mentees, mentors = _stored(own)
        with running_web(own, Path(folder), "matching") as web:
            tokens = {each: web.token(each) for each in (*mentees, *mentors)}
            chance = random.Random(2026)
            recommendations = f"/v1/programs/{program_id}/recommendations?limit=10"

            def ask(path: str, members: Sequence[str] = mentees) -> Ask:
                return lambda: web.ask("GET", path, tokens[chance.choice(members)])

            progress(f"live_http: from memory after {_until_in_memory(web, ask(recommendations)):.1f} s")
            times = _in_turns(
                {
                    "recommendations": ask(recommendations),
                    "program": ask(f"/v1/programs/{program_id}"),
                    "health": ask("/health/live"),
                },
                ROUNDS,
            )
            times |= _in_turns({"mentors": ask(f"{recommendations}&role=mentor", mentors)}, MENTORS_WHO_ASK)
            memory = web.memory()
    shown = {name: (median(each), percentile(each, 0.99)) for name, each in times.items()}
    for name, (middle, late) in shown.items():
        progress(f"live_http: {name} p50 {middle:.2f} ms, p99 {late:.2f} ms")
    notes = (
        f"p50 with {MENTORS:,} mentors, one connection; p99 {shown['recommendations'][1]:.1f} ms; "
        f"floor: the program, with the same token; `/health/live`, "
        f"without one, {shown['health'][0]:.2f} ms; a mentor among {MENTEES:,} mentees {shown['mentors'][0]:.2f} ms; "
        f"web process {memory:.0f} MiB"
    )
    product, floor = shown["recommendations"][0], shown["program"][0]
    return [Result("live_http", "ms", product, floor, None, notes, higher_is_better=False)]


def _in_turns(ways: Mapping[str, Ask], rounds: int) -> dict[str, list[float]]:
    """Milliseconds that each took."""
    times: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            begun = time.perf_counter()
            way()
            times[name].append((time.perf_counter() - begun) * 1000)
    return times


def _until_in_memory(web: Web, ask: Ask) -> float:
    """Asks until the answer comes from memory; how many seconds that took."""
    begun = time.perf_counter()
    while b'ithaca_live_answers_total{source="memory"}' not in web.metrics():
        if time.perf_counter() - begun > _READ_SECONDS:
            raise TimeoutError("the program did not come into memory")
        try:
            ask()
        except Refused as error:
            if error.status != HTTPStatus.SERVICE_UNAVAILABLE:  # as it is while so large a program is prepared
                raise
            time.sleep(0.2)
    return time.perf_counter() - begun


def _stored(settings: Settings) -> tuple[str, Sequence[str], Sequence[str]]:
    """The program's id, those of its mentees, and those of the mentors who ask."""
    ground = lay(settings, "matching")
    store = Store.over(ground.database)
    migrate(ground.database, build(ground).all_indexes())
    made = population(3 * MENTORS)
    program = Program(new_id(), TENANT, 1, _NOW, "Spring", Kind.COHORT, Format.ONE_TO_ONE, state=ProgramState.OPEN)
    store_all(store.programs, [program])
    mentors = _enroll(store, program.id, Role.MENTOR, made.mentors)
    mentees = _enroll(store, program.id, Role.MENTEE, made.mentees[:MENTEES])
    ground.close()
    return program.id, mentees, mentors[:MENTORS_WHO_ASK]


def _enroll(store: Store, program_id: str, role: Role, places: Sequence[Place]) -> Sequence[str]:
    members: list[Member] = [dataclasses.replace(each.member, id=new_id(), tenant=TENANT) for each in places]
    approved = [
        Enrollment(new_id(), TENANT, 1, _NOW, program_id, member.id, role, place.capacity, EnrollmentState.APPROVED)
        for member, place in zip(members, places, strict=True)
    ]
    store_all(store.copies, members)
    store_all(store.enrollments, approved)
    if role is Role.MENTOR:
        seats = [
            MentorLoad(new_id(), TENANT, 1, _NOW, program_id, each.member_id, each.id, each.capacity)
            for each in approved
        ]
        store_all(store.loads, seats)
    return [member.id for member in members]
