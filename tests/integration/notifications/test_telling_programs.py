"""What is shared with a whole program is told to everybody in it, once each."""

import threading
from datetime import timedelta
from typing import Any

import pytest

from services.notifications.commands import tell_program
from shared.ids import new_id
from tests import erasing
from tests.integration.notifications.conftest import Desk
from tests.unit.notifications.news import ADA, BEN, CLEO, PROGRAM

ITEM = "019ab00c-7c1e-7b5e-9c55-000000000099"


def enroll(desk: Desk, member: str, state: str = "approved", version: int = 1, **more: Any) -> dict[str, Any]:
    data = {"id": new_id(), "program_id": PROGRAM, "member_id": member, "role": "mentee", "state": state, **more}
    word = {"applied": "applied", "paused": "paused", "withdrawn": "withdrawn"}.get(state, "approved")
    desk.hear(f"enrollment.{word}.v1", data, version=version)
    return data


def share(desk: Desk, by: str = CLEO, kind: str = "announcement", message_id: str | None = None) -> None:
    data = {"id": ITEM, "program_id": PROGRAM, "shared_by_id": by, "kind": kind}
    desk.hear("resource.shared.v1", data, message_id=message_id)


def heard(desk: Desk, member: str) -> list[str]:
    return [each.about_id for each in desk.notifications(member) if each.type == "org.ithaca.resource.shared.v1"]


@pytest.fixture(params=[1, 2, 200])
def page(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tell_program, "_PAGE", request.param)


@pytest.mark.usefixtures("page")
def test_everybody_in_the_program_is_told_once_and_nobody_else(desk: Desk) -> None:
    many = [new_id() for _ in range(5)]
    for each in many:
        enroll(desk, each)
    enroll(desk, ADA)
    enroll(desk, ADA, role="mentor")
    enroll(desk, BEN, program_id=new_id())
    share(desk, message_id="the-same")
    share(desk, message_id="the-same")
    desk.work("tell_program")
    desk.clock.pass_by(timedelta(minutes=2))
    desk.work("tell_program")
    assert [heard(desk, each) for each in (*many, ADA)] == [[ITEM]] * 6
    assert heard(desk, BEN) == []
    [told] = [each for each in desk.notifications(ADA) if each.about_id == ITEM]
    assert (told.subject_id, told.facts.kind) == (PROGRAM, "announcement")


def test_whoever_shares_it_and_whoever_left_are_not_told(desk: Desk) -> None:
    enroll(desk, CLEO)
    left = enroll(desk, ADA)
    desk.hear("enrollment.withdrawn.v1", left | {"state": "withdrawn"}, version=3)
    desk.hear("enrollment.paused.v1", left | {"state": "paused"}, version=2)
    paused = enroll(desk, BEN)
    desk.hear("enrollment.paused.v1", paused | {"state": "paused"}, version=2)
    share(desk)
    desk.work("tell_program")
    assert (heard(desk, CLEO), heard(desk, ADA), heard(desk, BEN)) == ([], [], [ITEM])


def test_who_was_approved_a_moment_before_is_found_by_the_second_sweep(desk: Desk) -> None:
    share(desk)
    desk.work("tell_program")
    enroll(desk, ADA)
    desk.clock.pass_by(timedelta(minutes=2))
    desk.work("tell_program")
    assert heard(desk, ADA) == [ITEM]


def test_many_workers_at_once_tell_each_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tell_program, "_PAGE", 2)
    many = [new_id() for _ in range(7)]
    for each in many:
        enroll(desk, each)
    share(desk)
    workers = [threading.Thread(target=desk.work, args=("tell_program",)) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [heard(desk, each) for each in many] == [[ITEM]] * 7


def test_another_tenant_s_program_of_the_same_id_hears_nothing(desk: Desk) -> None:
    enroll(desk, ADA)
    data = {"id": ITEM, "program_id": PROGRAM, "shared_by_id": CLEO, "kind": "announcement"}
    desk.hear("resource.shared.v1", data, tenant="globex")
    desk.work("tell_program")
    assert heard(desk, ADA) == []


def test_the_erased_are_forgotten_as_participants(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.messaging.erasures.LOOK_SECONDS", 0.0)
    enrolled = enroll(desk, ADA)
    now = desk.clock.now()
    desk._handling.handle([erasing.tombstone("acme", ADA, 1, now), erasing.request("acme", ADA, 2, now)])
    desk.work()
    desk.hear("enrollment.approved.v1", enrolled, version=9)
    assert desk.foundation.database["participants"].count_documents({"member_id": ADA}) == 0
