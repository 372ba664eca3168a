"""Workers that plan rounds and make schedules are really killed (SIGKILL): another one goes on, nothing twice."""

from collections import Counter
from typing import Any

import pytest

from services.events.commands.hold_round_time import ROUNDS
from services.events.store import Store
from tests.integration.events.conftest import Bench
from tests.integration.events.rounds import arrive, ask, do, gathering, meetings, plans, published, shown, told
from tests.integration.events.test_schedules import Scheduling
from tests.integration.mortal import Place, killed_at

PLAN = "services.events.commands.plan_series"
REPLAN = "services.events.commands.replan_rounds"
COMPUTE = "services.events.commands.compute_schedule"
PUBLISH = "services.events.commands.publish_schedule"


def _after_the_lease(bench: Bench, collection: str, identifier: str) -> None:
    """What was the dead worker's is anybody's."""
    bench.foundation.database[collection].update_one(
        {"_id": identifier}, [{"$set": {"claim.until": {"$subtract": ["$$NOW", 1]}}}]
    )
    bench.perform_due()


def _holds(bench: Bench, people: list[str]) -> Counter[str]:
    """How often rounds hold the time of each."""
    found = Store(bench.foundation.database).held_time.of(bench.tenant, people)
    return Counter(member for member, holds in found.items() for hold in holds if hold.kind == ROUNDS)


def _rows(bench: Bench, series: dict[str, Any]) -> Counter[int]:
    """How many places there are since each plan."""
    found = bench.foundation.database["round_places"].find({"series_id": series["id"]})
    return Counter(each["since"] for each in found)


@pytest.mark.parametrize(
    ("place", "call", "written"),
    [
        (f"{PLAN}:known_of", 1, 0),  # their time is held
        (f"{PLAN}:partial", 3, 4),  # some have their places
        (f"{PLAN}:keep_plan", 1, 9),  # all have
    ],
)
def test_rounds_whose_worker_was_killed_are_planned_by_another(
    bench: Bench, place: str, call: int, written: int
) -> None:
    bench.perform_due()
    event, people = gathering(bench, 9)
    series = ask(bench, event, rounds=3)
    killed_at(bench.settings, "events", "plan_rounds", Place(place, call=call), _TOGETHER=4)
    bench.perform_due()  # which finds that it is the dead one's still
    half = shown(bench, series)
    assert (half["state"], half["plan_version"], plans(bench, series)) == ("planning", 0, [])
    assert _rows(bench, series).total() == written
    _after_the_lease(bench, "round_series", series["id"])
    assert shown(bench, series)["state"] == "ready"
    assert [len(each["rounds"]) for each in plans(bench, series)] == [3] * 9
    assert set(meetings(plans(bench, series)).values()) == {1}
    assert _rows(bench, series) == {1: 9}
    assert _holds(bench, people) == dict.fromkeys(people, 1)


@pytest.mark.parametrize(
    "place",
    [
        f"{REPLAN}:known_sheet",  # nothing is written
        f"{REPLAN}:apart_among",  # the time of who comes in is held
        f"{REPLAN}:summary_of",  # they have their place
        f"{REPLAN}:keep_plan",  # half of what shows it is written
    ],
)
def test_a_plan_whose_worker_was_killed_stays_until_another_has_the_new_one(bench: Bench, place: str) -> None:
    bench.perform_due()
    event, people = gathering(bench, 9)
    series = published(bench, event, rounds=3)
    was = plans(bench, series)
    [late] = arrive(bench, 1, begin=9)
    assert do(bench, series, "replan", json={"gone_ids": people[:1], "late_ids": [late]}).status_code == 202
    killed_at(bench.settings, "events", "replan_rounds", Place(place))
    assert (shown(bench, series)["state"], plans(bench, series)) == ("replanning", was)
    assert len(list(told(bench))) == 1
    _after_the_lease(bench, "round_series", series["id"])
    again = shown(bench, series)
    assert (again["state"], again["plan_version"]) == ("published", 2)
    assert [each["plan_version"] for each in told(bench)] == [1, 2]
    assert {each["member_id"]: len(each["rounds"]) for each in plans(bench, series)} == {
        people[0]: 0,
        **dict.fromkeys([*people[1:], late], 3),
    }
    assert _rows(bench, series) == {1: 9, 2: 1}
    assert _holds(bench, [*people, late]) == dict.fromkeys([*people[1:], late], 1)


def _wishing(bench: Bench) -> Scheduling:
    bench.perform_due()
    there = Scheduling(bench)
    for _ in range(3):
        there.wish_each_other(there.attendee(), there.attendee())
    return there


@pytest.mark.parametrize(("place", "call", "written"), [("_write", 2, 1), ("_summary", 1, 3)])
def test_a_schedule_whose_worker_was_killed_is_made_by_another(
    bench: Bench, place: str, call: int, written: int
) -> None:
    there = _wishing(bench)
    assert there.make().status_code == 202
    killed_at(bench.settings, "events", "compute_schedule", Place(f"{COMPUTE}:{place}", call=call), _TOGETHER=1)
    bench.perform_due()
    assert (there.schedule()["state"], there.planned()) == ("computing", [])
    assert bench.foundation.database["planned_meetings"].count_documents({"event_id": there.event_id}) == written
    _after_the_lease(bench, "schedules", there.schedule()["id"])
    made = there.schedule()
    assert (made["state"], made["summary"]["meetings"], len(there.planned())) == ("ready", 3, 3)


def test_a_schedule_whose_worker_was_killed_while_it_published_is_published_to_the_end_by_another(bench: Bench) -> None:
    there = _wishing(bench)
    there.made()
    assert there.publish().status_code == 202
    killed_at(bench.settings, "events", "publish_schedule", Place(f"{PUBLISH}:_publish_some", call=2), _TOGETHER=1)
    bench.perform_due()
    half = there.schedule()
    assert (half["state"], half["published"], len(there.meetings())) == ("publishing", 1, 1)
    _after_the_lease(bench, "schedules", half["id"])
    whole = there.schedule()
    assert (whole["state"], whole["published"], whole["left_out"]) == ("published", 3, 0)
    assert len(there.meetings()) == len(bench.told("meeting.accepted")) == 3
    assert len(bench.told("schedule.published")) == 1
    there.require_consistent()
