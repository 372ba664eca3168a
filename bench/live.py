"""Recommendations over HTTP from a web process that has 33,000 mentors in memory, beside its smallest answers."""

import dataclasses
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import urllib3

from bench.attendees import TENANT
from bench.ground import scratch
from bench.population import population
from bench.result import Result, median, percentile
from cli.embedded.issuer import ensure_issuer
from cli.token import signed
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
from shared.storage import Aggregate, Repository
from shared.storage.migrations import migrate
from tests.ports import free_range

MENTORS = 33_000
MENTEES = 3_000
"""So many of the 99,000 are stored: one is drawn for each question."""
ROUNDS = 1_000
_START_SECONDS = 60.0
_READ_SECONDS = 300.0
_AT_ONCE = 2_000
_NOW = datetime(2026, 11, 1, tzinfo=UTC)

Progress = Callable[[str], None]
Ask = Callable[[], None]


def run(settings: Settings, progress: Progress) -> list[Result]:
    """Milliseconds of an answer, medians, each address in turns."""
    with tempfile.TemporaryDirectory(prefix="ithaca-bench-") as folder, scratch(settings) as own:
        progress(f"live_http: storing {MENTORS:,} mentors")
        program_id, mentees = _stored(own)
        with _web(own, Path(folder)) as web:
            tokens = {each: web.token(each) for each in mentees}
            chance = random.Random(2026)
            recommendations = f"/v1/programs/{program_id}/recommendations?limit=10"

            def ask(path: str) -> Ask:
                return lambda: web.get(path, tokens[chance.choice(mentees)])

            progress(f"live_http: from memory after {web.until_in_memory(ask(recommendations)):.1f} s")
            ways = {
                "recommendations": ask(recommendations),
                "program": ask(f"/v1/programs/{program_id}"),
                "health": ask("/health/live"),
            }
            times: dict[str, list[float]] = {name: [] for name in ways}
            for _ in range(ROUNDS):
                for name, way in ways.items():
                    begun = time.perf_counter()
                    way()
                    times[name].append((time.perf_counter() - begun) * 1000)
            memory = web.memory()
    shown = {name: (median(each), percentile(each, 0.99)) for name, each in times.items()}
    for name, (middle, late) in shown.items():
        progress(f"live_http: {name} p50 {middle:.2f} ms, p99 {late:.2f} ms")
    notes = (
        f"p50 with {MENTORS:,} mentors, one connection; p99 {shown['recommendations'][1]:.1f} ms; "
        f"floor: the program, with the same token; `/health/live`, "
        f"without one, {shown['health'][0]:.2f} ms; web process {memory:.0f} MiB"
    )
    product, floor = shown["recommendations"][0], shown["program"][0]
    return [Result("live_http", "ms", product, floor, None, notes, higher_is_better=False)]


@dataclasses.dataclass(slots=True)
class _Web:
    """A web role of matching, as it is run in production."""

    address: str
    pid: int
    token: Callable[[str], str]
    pool: urllib3.PoolManager

    def get(self, path: str, token: str) -> None:
        answer = self.pool.request("GET", self.address + path, headers={"Authorization": f"Bearer {token}"})
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status} {answer.data[:500]!r}")

    def until_in_memory(self, ask: Ask) -> float:
        """Asks until the answer comes from memory; how many seconds that took."""
        begun = time.perf_counter()
        while b'ithaca_live_answers_total{source="memory"}' not in self._metrics():
            if time.perf_counter() - begun > _READ_SECONDS:
                raise TimeoutError("the program did not come into memory")
            ask()
        return time.perf_counter() - begun

    def memory(self) -> float:
        """MiB that the process has now."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0]) / 1024

    def _metrics(self) -> bytes:
        return self.pool.request("GET", self.address + "/metrics").data


@contextmanager
def _web(settings: Settings, folder: Path) -> Iterator[_Web]:
    issuer = ensure_issuer(folder / "issuer")
    port = free_range()
    environment = {
        **os.environ,
        "MONGODB_URI": settings.mongodb_uri,
        "KAFKA_BOOTSTRAP_SERVERS": ",".join(settings.kafka.bootstrap_servers),
        "ITHACA_DATABASE_PREFIX": settings.database_prefix,
        "ITHACA_TOPIC_PREFIX": settings.topic_prefix,
        "ITHACA_JWKS_URL": issuer.jwks.absolute().as_uri(),
        "ITHACA_PORT": str(port),
        "ITHACA_RATE_LIMITS": "off",
    }
    command = [sys.executable, "-m", "cli.main", "run", "matching", "--role", "web"]
    with (folder / "web.log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=subprocess.STDOUT)
    try:
        web = _Web(
            f"http://127.0.0.1:{port}",
            process.pid,
            lambda member: signed(issuer, tenant=TENANT, subject=member, roles=("member",), seconds=36_000),
            urllib3.PoolManager(retries=False, timeout=120.0),
        )
        _wait(process, folder / "web.log")
        yield web
    finally:
        process.terminate()
        process.wait()


def _wait(process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while b'"ready"' not in log.read_bytes():
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(log.read_text())
        time.sleep(0.1)


def _stored(settings: Settings) -> tuple[str, Sequence[str]]:
    """The program's id and those of its mentees."""
    ground = lay(settings, "matching")
    store = Store.over(ground.database)
    migrate(ground.database, build(ground).all_indexes())
    made = population(3 * MENTORS)
    program = Program(new_id(), TENANT, 1, _NOW, "Spring", Kind.COHORT, Format.ONE_TO_ONE, state=ProgramState.OPEN)
    _insert(store.programs, [program])
    _enroll(store, program.id, Role.MENTOR, made.mentors)
    mentees = _enroll(store, program.id, Role.MENTEE, made.mentees[:MENTEES])
    ground.close()
    return program.id, mentees


def _enroll(store: Store, program_id: str, role: Role, places: Sequence[Place]) -> Sequence[str]:
    members: list[Member] = [dataclasses.replace(each.member, id=new_id(), tenant=TENANT) for each in places]
    approved = [
        Enrollment(new_id(), TENANT, 1, _NOW, program_id, member.id, role, place.capacity, EnrollmentState.APPROVED)
        for member, place in zip(members, places, strict=True)
    ]
    _insert(store.copies, members)
    _insert(store.enrollments, approved)
    if role is Role.MENTOR:
        seats = [
            MentorLoad(new_id(), TENANT, 1, _NOW, program_id, each.member_id, each.id, each.capacity)
            for each in approved
        ]
        _insert(store.loads, seats)
    return [member.id for member in members]


def _insert(repository: Repository[Aggregate], aggregates: Sequence[Aggregate]) -> None:
    for first in range(0, len(aggregates), _AT_ONCE):
        documents = [repository._to_document(each) for each in aggregates[first : first + _AT_ONCE]]
        repository.collection.insert_many(documents, ordered=False)
