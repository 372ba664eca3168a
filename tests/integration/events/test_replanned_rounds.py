"""Speed rounds planned anew: by the clock, from check-ins, and where two are kept apart."""

from collections.abc import Iterator
from typing import Any

import pytest

from services.events.commands import plan_series
from services.events.scheduling import speed_rounds
from shared.ids import new_id
from shared.messaging import due
from shared.messaging.due import DueWork
from tests.integration.events.conftest import Bench
from tests.integration.events.rounds import (
    Plan,
    Watch,
    arrive,
    ask,
    do,
    gathering,
    meetings,
    own_plan,
    plans,
    published,
    seats,
    shown,
    told,
    watched,
)


@pytest.fixture
def watch(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watch]:
    """The clock of the service, for those who take part and for the work that is due."""
    yield from watched(bench, monkeypatch)


def replan(bench: Bench, series: dict[str, Any], **change: Any) -> dict[str, Any]:
    answer = do(bench, series, "replan", json=change)
    assert answer.status_code == 202, answer.get_data()
    bench.perform_due()
    found = shown(bench, series)
    assert found["state"] == "published", found
    return found


def before(found: list[Plan], rounds: int) -> dict[str, list[Any]]:
    """What the first `rounds` rounds are to each person."""
    return {each["member_id"]: [seat for seat in each["rounds"] if seat["round"] <= rounds] for each in found}


def test_only_rounds_that_have_not_begun_change(bench: Bench, watch: Watch) -> None:
    event, people = gathering(bench, 10)
    series = published(bench, event, rounds=6)
    was = plans(bench, series)
    watch.set(minutes=21)
    gone = people[0]
    again = replan(bench, series, gone_ids=[gone])
    assert (again["plan_version"], again["first_round"]) == (2, 4)
    now = plans(bench, series)
    assert before(now, 3) == before(was, 3)
    [own] = [each for each in now if each["member_id"] == gone]
    assert [seat["round"] for seat in own["rounds"]] == [1, 2, 3]
    assert own["left_out"] == "gone"
    assert set(meetings(now).values()) == {1}
    assert [each["byes"] for each in now if each["member_id"] != gone].count(0) >= 6
    # In a pause the round before is over and the next has not begun.
    watch.set(minutes=38)
    assert replan(bench, series)["first_round"] == 5


def test_people_are_told_again_only_if_their_plan_is_another_one(bench: Bench, watch: Watch) -> None:
    event, people = gathering(bench, 12)
    series = published(bench, event, rounds=4)
    was = {each["member_id"]: each["rounds"] for each in plans(bench, series)}
    watch.set(minutes=11)
    again = replan(bench, series, gone_ids=[people[3]])
    first, second = told(bench)
    assert first["member_ids"] == people
    now = {each["member_id"]: each["rounds"] for each in plans(bench, series)}
    assert second["member_ids"] == [each for each in people if each != people[3] and now[each] != was[each]]
    assert second["plan_version"] == 2
    assert second["first_round"] == 3
    assert again["summary"]["changed"] == len(second["member_ids"]) > 0
    replan(bench, series)
    *_, third = told(bench)
    assert (third["plan_version"], third["member_ids"]) == (3, [])


def test_who_comes_late_takes_part_from_the_next_round_on(bench: Bench, watch: Watch) -> None:
    event, people = gathering(bench, 5)
    series = published(bench, event, rounds=5)
    [late] = arrive(bench, 1, begin=5)
    watch.set(minutes=15)
    replan(bench, series, late_ids=[late])
    [own] = own_plan(bench, series, late)
    assert [seat["round"] for seat in own["rounds"]] == [3, 4, 5]
    assert own["number"] == 6
    assert all(not seat["bye"] for each in plans(bench, series) for seat in each["rounds"] if seat["round"] > 2)
    replan(bench, series, gone_ids=[people[0]])
    replan(bench, series, late_ids=[people[0]])
    assert len(seats(plans(bench, series), people[0])) == 5


def test_who_is_named_and_has_nothing_to_do_with_the_rounds_is_a_fault(bench: Bench, watch: Watch) -> None:
    event, people = gathering(bench, 4)
    series = published(bench, event, rounds=2)
    [coming] = arrive(bench, 1, begin=4)
    nobody = new_id()
    change = {"gone_ids": [people[0], coming, people[1]], "late_ids": [coming, nobody, people[1]]}
    refused = do(bench, series, "replan", json=change)
    assert refused.status_code == 422
    assert {fault["pointer"] for fault in refused.json["errors"]} == {  # type: ignore[index]
        "/gone_ids/1",
        "/gone_ids/2",
        "/late_ids/1",
    }
    assert shown(bench, series)["state"] == "published"


def test_tables_are_planned_anew_like_pairs(bench: Bench, watch: Watch) -> None:
    event, people = gathering(bench, 16)
    series = published(bench, event, rounds=4, group_size=4, forbidden=[[people[0], people[1]]])
    was = plans(bench, series)
    watch.set(minutes=11)
    replan(bench, series, gone_ids=[people[5]])
    now = plans(bench, series)
    assert before(now, 2) == before(was, 2)
    assert (people[0], people[1]) not in meetings(now)
    assert all(seat["partners"] for each in now for seat in each["rounds"] if not seat["bye"])


def test_check_ins_say_who_is_there(bench: Bench, watch: Watch) -> None:
    event, people = gathering(bench, 4)
    inside = arrive(bench, 4, begin=4, checked_in=True)
    series = published(bench, event, rounds=4)
    extra = arrive(bench, 2, begin=8, checked_in=True)
    watch.set(minutes=1)
    replan(bench, series, check_ins=True)
    found = {each["member_id"]: each for each in plans(bench, series)}
    assert {found[each]["left_out"] for each in people} == {"not_checked_in"}
    assert all(len(found[each]["rounds"]) == 4 for each in inside)
    assert all(len(found[each]["rounds"]) == 3 for each in extra)
    bench.ticket("P-0", checked_in_at="2026-11-02T10:00:00Z", updated_at="2026-11-02T10:00:00Z")
    watch.set(minutes=11)
    replan(bench, series, check_ins=True)
    assert sorted(seats(plans(bench, series), people[0])) == [1, 3, 4]


def test_who_gave_their_ticket_back_is_planned_no_more(bench: Bench, watch: Watch) -> None:
    event, people = gathering(bench, 6)
    series = published(bench, event, rounds=3)
    bench.ticket("P-2", status="cancelled", updated_at="2026-11-02T10:00:00Z")
    replan(bench, series)
    [own] = [each for each in plans(bench, series) if each["member_id"] == people[2]]
    assert (own["rounds"], own["left_out"]) == ([], "not_coming")


def test_when_all_rounds_have_begun_nothing_is_planned_anew(bench: Bench, watch: Watch) -> None:
    event, _ = gathering(bench, 4)
    series = published(bench, event, rounds=2)
    watch.set(minutes=10)
    refused = do(bench, series, "replan", json={})
    assert refused.status_code == 409
    assert "begun" in refused.json["detail"]  # type: ignore[index]


def test_a_round_that_begins_while_a_worker_plans_stays_as_it_was(
    bench: Bench, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    event, people = gathering(bench, 8)
    series = published(bench, event, rounds=4)
    was = plans(bench, series)
    watch.set(minutes=9)
    assert do(bench, series, "replan", json={"gone_ids": [people[0]]}).status_code == 202
    made = speed_rounds.replan_rounds

    def slowly(*told: Any, **more: Any) -> Any:
        watch.set(minutes=11)
        return made(*told, **more)

    monkeypatch.setattr(speed_rounds, "replan_rounds", slowly)
    bench.perform_due()
    assert shown(bench, series)["first_round"] == 3
    assert before(plans(bench, series), 2) == before(was, 2)
    assert shown(bench, series)["plan_version"] == 2


def test_what_is_said_while_a_worker_plans_is_heeded(
    bench: Bench, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    event, people = gathering(bench, 8)
    series = published(bench, event, rounds=4)
    made = speed_rounds.replan_rounds
    asked = [people[1], people[2]]

    def meanwhile(*told: Any, **more: Any) -> Any:
        if asked:
            assert do(bench, series, "replan", json={"gone_ids": [asked.pop()]}).status_code == 202
        return made(*told, **more)

    monkeypatch.setattr(speed_rounds, "replan_rounds", meanwhile)
    replan(bench, series, gone_ids=[people[0]])
    found = {each["member_id"]: each["rounds"] for each in plans(bench, series)}
    assert [member for member, rounds in found.items() if not rounds] == people[:3]
    assert shown(bench, series)["plan_version"] == 2


def block(bench: Bench, one: str, other: str, version: int = 1) -> None:
    pair = sorted((one, other))
    bench.receive(
        "blocks.v1", "block.set.v1", {"member_ids": pair, "blocked": True}, key=":".join(pair), version=version
    )


def test_two_who_are_kept_apart_after_the_publication_sit_apart(bench: Bench, watch: Watch) -> None:
    event, people = gathering(bench, 8)
    series = published(bench, event, rounds=7)
    watch.set(minutes=1)
    [own] = own_plan(bench, series, people[0])
    partners = {seat["round"]: seat["partners"][0]["member_id"] for seat in own["rounds"]}
    block(bench, people[0], partners[6])
    bench.perform_due()
    again = shown(bench, series)
    assert (again["state"], again["plan_version"], again["failure"]) == ("published", 2, None)
    assert tuple(sorted((people[0], partners[6]))) not in meetings(plans(bench, series))
    assert before(plans(bench, series), 1)[people[0]] == own["rounds"][:1]


def test_two_who_are_kept_apart_before_or_while_rounds_are_planned_never_meet(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    event, people = gathering(bench, 6)
    block(bench, people[0], people[1])
    series = ask(bench, event, rounds=5)
    made = speed_rounds.plan_rounds
    blocked = [(people[2], people[3])]

    def meanwhile(*told: Any, **more: Any) -> Any:
        while blocked:
            block(bench, *blocked.pop())
        return made(*told, **more)

    monkeypatch.setattr(speed_rounds, "plan_rounds", meanwhile)
    bench.perform_due()
    assert shown(bench, series)["state"] == "ready"
    block(bench, people[4], people[5])
    assert shown(bench, series)["state"] == "queued"
    bench.perform_due()
    met = meetings(plans(bench, series))
    assert not met.keys() & {(people[0], people[1]), (people[2], people[3]), (people[4], people[5])}


def test_who_comes_in_by_a_plan_and_is_kept_apart_from_somebody_while_it_is_made_sits_apart(
    bench: Bench, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    event, people = gathering(bench, 3)
    series = published(bench, event, rounds=3)
    [late] = arrive(bench, 1, begin=3)
    made, blocked = speed_rounds.replan_rounds, [people[0]]

    def meanwhile(*told: Any, **more: Any) -> Any:
        while blocked:
            block(bench, blocked.pop(), late)
        return made(*told, **more)

    monkeypatch.setattr(speed_rounds, "replan_rounds", meanwhile)
    replan(bench, series, late_ids=[late])
    met = meetings(plans(bench, series))
    assert tuple(sorted((people[0], late))) not in met
    assert tuple(sorted((people[1], late))) in met


def test_a_worker_that_dies_leaves_it_to_another_which_makes_the_same_plan(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    event, _ = gathering(bench, 9)
    one = ask(bench, event, rounds=3)

    class Killed(BaseException):
        """What nothing in the process answers."""

    def dies(*_: Any) -> None:
        raise Killed

    [work] = [each for each in bench.service.due if each.name == "plan_rounds"]
    with monkeypatch.context() as patched:
        patched.setattr(plan_series, "summary_of", dies)
        loop = due.DueLoop(bench.foundation.unit_of_work, [work], bench.foundation.clock)
        with pytest.raises(Killed):
            loop.step(work)
    half = shown(bench, one)
    assert half["state"] == "planning"
    assert plans(bench, one) == []
    assert not loop.step(work), "it is still the dead one's"
    _let_the_lease_run_out(bench, work, one["id"])
    bench.perform_due()
    assert shown(bench, one)["state"] == "ready"
    found = plans(bench, one)
    do(bench, one, "cancel")
    bench.perform_due()
    other = ask(bench, event, rounds=3)
    bench.perform_due()
    assert plans(bench, other) == found


def _let_the_lease_run_out(bench: Bench, work: DueWork, identifier: str) -> None:
    bench.foundation.database[work.collection].update_one(
        {"_id": identifier}, [{"$set": {"claim.until": {"$subtract": ["$$NOW", 1]}}}]
    )
