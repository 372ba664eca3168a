"""A schedule made in another process is the same one."""

import pytest

from services.events.scheduling import schedule_apart
from services.events.scheduling.schedule import STAGES, scheduled
from services.events.scheduling.schedule_apart import Broken, scheduled_apart
from tests.unit.events.scheduling.test_schedule import crowd


def test_many_people_are_planned_elsewhere_and_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schedule_apart, "_MANY", 0)
    told: list[str] = []
    problem = crowd(7, count=30)
    assert scheduled_apart(problem, told.append) == scheduled(problem)
    assert told == list(STAGES)


def test_what_the_caller_raises_ends_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schedule_apart, "_MANY", 0)

    class PassedOn(Exception):
        pass

    def at(stage: str) -> None:
        raise PassedOn(stage)

    with pytest.raises(PassedOn):
        scheduled_apart(crowd(8, count=30), at)


def test_a_process_that_ends_before_it_is_done_is_no_schedule(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schedule_apart, "_MANY", 0)
    monkeypatch.setattr(schedule_apart.sys, "executable", "/bin/false")
    with pytest.raises((Broken, BrokenPipeError)):
        scheduled_apart(crowd(9, count=30), lambda _stage: None)
