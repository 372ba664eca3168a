"""Kafka or MongoDB away: the services say so, wait, and go on by themselves; nothing is lost and nothing done twice."""

import dataclasses
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

from shared.settings import Settings
from tests.backends import Backends as Found
from tests.conftest import own_settings
from tests.faults.association import found
from tests.faults.checker import violations
from tests.faults.conftest import Backends
from tests.faults.evidence import Evidence
from tests.faults.fleet import Fleet, Member, Role
from tests.faults.stream import make_stream
from tests.faults.waiting import eventually
from tests.faults.workload import LONGEST_ANSWER, Publishing

ROLES = (
    Role("events", "web", 1),
    Role("events", "worker", 1),
    Role("events", "relay", 1),
    Role("profiles", "worker", 1),
    Role("profiles", "relay", 1),
)
RECORDS, SECONDS, SEED = 600, 30.0, 7

AWAY_SECONDS = 22.0
"""Beyond what any of the services waits for an answer: a session of 10 s, a lease of 15 s, a delivery of 8 s, a search
for the primary of 10 s."""

pytestmark = pytest.mark.kafka("keeps what it acknowledged when it is killed")


class Scene:
    """An association, its processes, and a stream on its way."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self.association, self.ground = found(settings)
        self.fleet = Fleet({**os.environ, **self.association.environment}, ROLES, folder / "logs")
        self.web = self.fleet["events-web-1"]

    def healthy(self, path: str, status: int) -> bool:
        """Whether all of its processes answer so there."""
        return all(answer(member, path) == status for member in self.fleet.members.values())

    def publishing(self) -> Publishing:
        event = self.association.open_event(self.web.url)
        publishing = Publishing(
            make_stream(SEED, RECORDS),
            self.association.settings,
            tenant=self.association.tenant,
            seed=SEED,
            seconds=SECONDS,
            upload_to=f"{event}/attendees",
            token=self.association.token("integrator"),
        )
        publishing.start()
        return publishing

    def check(self, publishing: Publishing, tell: Callable[[str], None]) -> None:
        """Waits until all is done, by the very processes that were there from the first, and looks at the outcome."""
        eventually(publishing.done, within=400)
        eventually(self.ground.still, within=240)
        evidence = Evidence(
            self.ground, self.association.tenant, self.ground.journal.entries, publishing.uploaded, publishing.sent
        )
        tell(f"{evidence.summary()}; uploads met {dict(publishing.answers)}")
        assert [member.name for member in self.fleet.members.values() if not member.alive()] == []
        assert violations(evidence) == []
        assert len(publishing.uploaded) + len(publishing.sent) == RECORDS


@pytest.fixture
def scene(own: Backends, tmp_path: Path) -> Iterator[Scene]:
    with own_settings(Found(own.broker.address, "own", own.database.address, "own", "kafka"), tmp_path) as settings:
        scene = Scene(settings, tmp_path)
        try:
            yield scene
        finally:
            scene.fleet.end()
            scene.ground.close()
            own.database.ensure()


def answer(member: Member, path: str) -> int:
    """The status of a GET; 0 where nobody answers within some seconds."""
    with requests.Session() as session:
        session.trust_env = False
        try:
            return session.get(f"{member.url}{path}", timeout=10).status_code
        except requests.RequestException:
            return 0


def test_services_started_before_kafka_and_mongodb_say_so_and_begin_when_both_are_there(
    own: Backends, scene: Scene, tell: Callable[[str], None]
) -> None:
    own.broker.kill()
    own.database.kill()
    scene.fleet.start()
    eventually(lambda: scene.healthy("/health/live", 200))
    assert scene.healthy("/health/ready", 503)
    waiting = [member for member in scene.fleet.members.values() if member.role.role != "web"]
    eventually(lambda: all(member.warnings() for member in waiting), within=120)
    before = {member.name: Held.by(member) for member in waiting}
    heard = {member.name: len(member.warnings()) for member in waiting}
    eventually(lambda: all(len(member.warnings()) >= heard[member.name] + 4 for member in waiting), within=200)
    tell("; ".join(before[member.name].until(member) for member in waiting))

    own.database.start()
    own.broker.start()
    eventually(lambda: scene.healthy("/health/ready", 200))
    scene.check(scene.publishing(), tell)


def test_a_killed_broker_is_waited_for_and_nothing_is_lost(
    own: Backends, scene: Scene, tell: Callable[[str], None]
) -> None:
    scene.fleet.start_and_wait()
    publishing = scene.publishing()
    eventually(lambda: publishing.progress() > 0.25)
    before = {name: Held.by(member) for name, member in scene.fleet.members.items()}
    own.broker.kill()
    gone = time.monotonic()
    eventually(lambda: time.monotonic() - gone > AWAY_SECONDS)
    eventually(lambda: answer(scene.web, "/health/ready") == 200)  # what it answers for is in the database
    tell("; ".join(before[name].until(member) for name, member in scene.fleet.members.items()))
    own.broker.start()
    scene.check(publishing, tell)
    assert set(publishing.answers) == {"202"}
    eventually(lambda: scene.healthy("/health/ready", 200))


def test_a_killed_database_is_waited_for_and_nothing_is_lost(
    own: Backends, scene: Scene, tell: Callable[[str], None]
) -> None:
    scene.fleet.start_and_wait()
    publishing = scene.publishing()
    eventually(lambda: publishing.progress() > 0.25)
    before = {name: Held.by(member) for name, member in scene.fleet.members.items()}
    own.database.kill()
    gone = time.monotonic()
    eventually(lambda: scene.healthy("/health/ready", 503))
    eventually(lambda: time.monotonic() - gone > AWAY_SECONDS)
    assert scene.healthy("/health/live", 200)
    tell("; ".join(before[name].until(member) for name, member in scene.fleet.members.items()))
    own.database.start()
    scene.check(publishing, tell)
    assert set(publishing.answers) == {"202", "503"}
    eventually(lambda: scene.healthy("/health/ready", 200))


def test_a_database_that_hangs_is_waited_for_and_nothing_is_lost(
    own: Backends, scene: Scene, tell: Callable[[str], None]
) -> None:
    scene.fleet.start_and_wait()
    publishing = scene.publishing()
    eventually(lambda: publishing.progress() > 0.25)
    before = {name: Held.by(member) for name, member in scene.fleet.members.items()}
    own.database.pause()
    eventually(lambda: scene.healthy("/health/ready", 503))
    eventually(lambda: publishing.answers["503"], within=LONGEST_ANSWER + 30)
    tell("; ".join(before[name].until(member) for name, member in scene.fleet.members.items()))
    own.database.resume()
    scene.check(publishing, tell)
    assert set(publishing.answers) == {"202", "503"}
    eventually(lambda: scene.healthy("/health/ready", 200))


@dataclasses.dataclass(frozen=True, slots=True)
class Held:
    """What a process holds at a moment."""

    at: float
    threads: int
    files: int
    worked: float

    @classmethod
    def by(cls, member: Member) -> "Held":
        return cls(time.monotonic(), member.threads(), member.open_files(), member.worked_seconds())

    def until(self, member: Member) -> str:
        """Asserts that it has gathered nothing and did not spin since; says what it holds now."""
        now = Held.by(member)
        assert now.threads <= self.threads + 4, f"{member.name} gathers threads: {self.threads}, then {now.threads}"
        assert now.files <= self.files + 30, f"{member.name} gathers open files: {self.files}, then {now.files}"
        share = (now.worked - self.worked) / (now.at - self.at)
        assert share < 0.5, f"{member.name} spins: {share:.0%} of a processor"
        return f"{member.name} {now.threads} threads, {now.files} files, {share:.0%} of a processor while waiting"
