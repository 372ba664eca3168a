"""Every process killed and paused while a stream of records flows: each is stored once, in order, and told of."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from shared.settings import Settings
from tests.faults.association import found
from tests.faults.checker import violations
from tests.faults.evidence import Evidence
from tests.faults.fleet import Fleet, Role
from tests.faults.schedule import Running, make_schedule
from tests.faults.stream import make_stream
from tests.faults.waiting import eventually
from tests.faults.workload import Publishing

ROLES = (
    Role("events", "web", 1),
    Role("events", "worker", 1),
    Role("events", "worker", 2),
    Role("events", "relay", 1),
    Role("events", "relay", 2),
    Role("profiles", "worker", 1),
    Role("profiles", "relay", 1),
)
"""Two where another takes over what a dead or paused one held."""

RECORDS, SECONDS, SEED = 5_000, 60.0, 2026

pytestmark = pytest.mark.kafka("evicts a dead group member and fences a paused relay")


def test_a_stream_survives_the_kill_and_the_pause_of_every_process(
    topics_of: Callable[[], Settings], tmp_path: Path, tell: Callable[[str], None]
) -> None:
    association, ground = found(topics_of())
    stream = make_stream(SEED, RECORDS)
    fleet = Fleet({**os.environ, **association.environment}, ROLES, tmp_path / "logs")
    try:
        fleet.start_and_wait()
        event = association.open_event(fleet["events-web-1"].url)
        publishing = Publishing(
            stream,
            association.settings,
            tenant=association.tenant,
            seed=SEED,
            seconds=SECONDS,
            upload_to=f"{event}/attendees",
            token=association.token("integrator"),
        )
        running = Running(make_schedule(SEED, ROLES), fleet)
        publishing.start()
        eventually(
            lambda: publishing.done() and running.done(),
            within=600,
            meanwhile=lambda: running.turn(publishing.progress()),
        )
        eventually(ground.still, within=240, meanwhile=fleet.tend)
        evidence = Evidence(ground, association.tenant, ground.journal.entries, publishing.uploaded, publishing.sent)
        tell(f"seed {SEED}: {'; '.join(running.told)}")
        tell(f"{evidence.summary()}; uploads met {dict(publishing.answers)}")
        assert fleet.own_ends() == {}
        assert violations(evidence) == []
        assert len(publishing.uploaded) + len(publishing.sent) == len(stream.everything) == RECORDS
    finally:
        fleet.end()
        ground.close()
