"""Speed rounds: asked for, planned by a worker, reviewed, published, read."""

from itertools import combinations
from typing import Any

import pytest

from shared.ids import new_id
from tests.integration.events.conftest import Bench
from tests.integration.events.rounds import (
    arrive,
    ask,
    do,
    gathering,
    meetings,
    own_plan,
    path,
    planned,
    plans,
    published,
    seats,
    shown,
    told,
)


def test_rounds_are_planned_by_a_worker_reviewed_and_published(bench: Bench) -> None:
    event, people = gathering(bench, 12)
    series = ask(bench, event, name="After lunch", rounds=5, round_minutes=10, pause_minutes=5)
    assert (series["state"], series["plan_version"]) == ("queued", 0)
    assert plans(bench, series) == []
    bench.perform_due()
    ready = shown(bench, series)
    assert (ready["state"], ready["progress"], ready["plan_version"]) == ("ready", 1.0, 1)
    assert ready["ends_at"] == "2099-05-04T13:10:00Z"
    summary = ready["summary"]
    assert (summary["people"], summary["person_rounds"], summary["missed"], summary["repeats"]) == (12, 60, 0, 0)
    found = plans(bench, series)
    assert [each["member_id"] for each in found] == people
    assert sum(meetings(found).values()) == 30
    assert set(meetings(found).values()) == {1}
    assert list(told(bench)) == []

    assert do(bench, series, "publish").json["state"] == "published"  # type: ignore[index]
    [message] = told(bench)
    assert message["member_ids"] == people
    assert (message["plan_version"], message["first_round"], message["part"], message["parts"]) == (1, 1, 1, 1)
    assert do(bench, series, "publish").status_code == 409


def test_a_member_reads_their_own_plan_once_it_is_published(bench: Bench) -> None:
    event, people = gathering(bench, 5)
    series = planned(bench, event, rounds=3, tables=["Window", "Fireplace"])
    ada = people[0]
    assert bench.call("GET", path(series, "plan"), "member", member=ada).status_code == 404
    assert bench.call("GET", path(series), "member", member=ada).status_code == 404
    assert bench.call("GET", f"/v1/events/{event}/rounds", "member", member=ada).json["items"] == []  # type: ignore[index]
    do(bench, series, "publish")

    [own] = own_plan(bench, series, ada)
    assert [seat["round"] for seat in own["rounds"]] == [1, 2, 3]
    assert own["rounds"][0]["starts_at"] == "2099-05-04T12:00:00Z"
    assert own["rounds"][1]["starts_at"] == "2099-05-04T12:10:00Z"
    for seat in own["rounds"]:
        assert seat["bye"] is (seat["table"] is None)
        assert seat["table"] in (None, "Window", "Fireplace")
        assert [each["name"] for each in seat["partners"]] == [
            f"Person {people.index(each['member_id']):05d}" for each in seat["partners"]
        ]
        assert len(seat["partners"]) == (0 if seat["bye"] else 1)
    [listed] = bench.call("GET", f"/v1/events/{event}/rounds", "member", member=ada).json["items"]  # type: ignore[index]
    assert listed["id"] == series["id"]
    assert not {"forbidden", "may_meet", "summary", "progress", "failure"} & set(listed)
    assert own_plan(bench, series, new_id()) == []


def test_of_somebody_who_hides_their_name_only_organizers_read_it(bench: Bench) -> None:
    event, (ada, ben) = gathering(bench, 2)
    bench.member(ben, "P-1", version=2, given_name="Ben", family_name="", visibility={"name": "nobody"})
    series = published(bench, event, rounds=1)
    [own] = own_plan(bench, series, ada)
    [partner] = own["rounds"][0]["partners"]
    assert partner == {"member_id": ben, "name": None, "number": 2}
    assert {each["name"] for each in plans(bench, series)} == {"Person 00000", "Ben"}


def test_pairs_that_the_organizer_keeps_apart_never_meet(bench: Bench) -> None:
    event, people = gathering(bench, 6)
    apart = [[people[0], people[1]], [people[5], people[2]]]
    found = plans(bench, planned(bench, event, rounds=3, forbidden=apart))
    met = meetings(found)
    assert sum(met.values()) == 9
    assert not met.keys() & {(people[0], people[1]), (people[2], people[5])}


def test_byes_go_round_where_the_number_is_odd(bench: Bench) -> None:
    event, _ = gathering(bench, 5)
    found = plans(bench, planned(bench, event, rounds=5))
    assert [each["byes"] for each in found] == [1] * 5


def test_only_who_is_checked_in_takes_part_where_the_organizer_says_so(bench: Bench) -> None:
    event, _ = gathering(bench, 4)
    inside = arrive(bench, 4, begin=4, checked_in=True)
    found = plans(bench, planned(bench, event, who="checked_in"))
    assert [each["member_id"] for each in found] == inside


def test_in_several_series_of_an_event_nobody_meets_somebody_again(bench: Bench) -> None:
    event, _ = gathering(bench, 8)
    first = published(bench, event, rounds=3)
    second = planned(bench, event, rounds=4, starts_at="2099-05-04T15:00:00Z")
    met = meetings(plans(bench, first)) + meetings(plans(bench, second))
    assert sorted(met.values()) == [1] * len(list(combinations(range(8), 2)))


def test_two_series_of_an_event_do_not_overlap(bench: Bench) -> None:
    event, _ = gathering(bench, 2)
    first = ask(bench, event, rounds=2)
    refused = ask(bench, event, status=409, starts_at="2099-05-04T12:17:00Z")
    assert "Speed rounds" in refused["detail"]
    ask(bench, event, starts_at="2099-05-04T12:18:00Z")
    assert do(bench, first, "cancel").status_code == 200
    ask(bench, event, rounds=1)


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"starts_at": "2020-05-04T12:00:00Z"}, "/starts_at"),
        ({"starts_at": "2099-05-03T12:00:00Z"}, "/starts_at"),
        ({"rounds": 99, "round_minutes": 60}, "/rounds"),
        ({"tables": ["A", "B", "A"]}, "/tables/2"),
        ({"tables": ["A", "B"], "table_count": 3}, "/table_count"),
        ({"group_size": 4, "may_meet": [["a", "b"]]}, "/may_meet"),
        ({"forbidden": [["019ab000-7c1e-7b5e-9c55-0000000000a1"] * 2]}, "/forbidden/0"),
        ({"may_meet": [["others", "nobody's"]]}, "/may_meet/0/1"),
        ({"rounds": 0}, "/rounds"),
        ({"group_size": 1}, "/group_size"),
        ({"who": "everybody"}, "/who"),
        ({"lunch": True}, "/lunch"),
    ],
)
def test_what_cannot_be_is_refused_and_says_where(bench: Bench, fields: dict[str, Any], pointer: str) -> None:
    event, _ = gathering(bench, 0)
    problem = ask(bench, event, status=422, **fields)
    assert pointer in [fault["pointer"] for fault in problem["errors"]]


def test_rounds_that_nobody_would_come_to_say_so(bench: Bench) -> None:
    event, _ = gathering(bench, 1)
    series = ask(bench, event)
    bench.perform_due()
    failed = shown(bench, series)
    assert failed["state"] == "failed"
    assert "1 would take part" in failed["failure"]
    arrive(bench, 3, begin=1)
    assert do(bench, series, "replan", json={}).status_code == 202
    bench.perform_due()
    assert shown(bench, series)["state"] == "ready"
    assert shown(bench, series)["failure"] is None


def test_the_plan_is_a_table_for_spreadsheets(bench: Bench) -> None:
    event, people = gathering(bench, 3)
    bench.member(people[2], "P-2", version=2, given_name="=HYPERLINK(1)", family_name="")
    series = planned(bench, event, rounds=3)
    answer = bench.call("GET", path(series, "plan"), "organizer", headers={"Accept": "text/csv"})
    assert answer.content_type.startswith("text/csv")
    header, *lines = answer.get_data(as_text=True).removeprefix("\ufeff").splitlines()
    assert header == "number,name,member_id,byes,left_out,round_1,round_2,round_3"
    assert [line.split(",")[2] for line in lines] == people
    assert lines[2].startswith("3,'=HYPERLINK(1),")
    for member, line in zip(people, lines, strict=True):
        wanted = seats(plans(bench, series), member)
        assert line.split(",")[5:] == [wanted[number] or "bye" for number in (1, 2, 3)]


def test_rounds_are_their_own_tenants(bench: Bench) -> None:
    event, _ = gathering(bench, 2)
    series = published(bench, event)
    theirs = bench.event(tenant=bench.neighbor)
    for where in (path(series), path({**series, "event_id": theirs})):
        assert bench.call("GET", where, "organizer", tenant=bench.neighbor).status_code == 404
        assert bench.call("GET", f"{where}/plan", "organizer", tenant=bench.neighbor).status_code == 404
        for verb in ("publish", "cancel", "replan"):
            answer = bench.call("POST", f"{where}/{verb}", "organizer", tenant=bench.neighbor, json={})
            assert answer.status_code == 404
    other = bench.event(sources=[])
    assert bench.call("GET", path({**series, "event_id": other}), "organizer").status_code == 404


def test_a_cancelled_series_is_not_planned_and_not_shown(bench: Bench) -> None:
    event, people = gathering(bench, 4)
    queued = ask(bench, event)
    assert do(bench, queued, "cancel").json["state"] == "cancelled"  # type: ignore[index]
    bench.perform_due()
    assert shown(bench, queued)["state"] == "cancelled"
    series = published(bench, event)
    assert do(bench, series, "cancel").status_code == 200
    assert do(bench, series, "cancel").status_code == 200
    assert do(bench, series, "replan", json={}).status_code == 409
    assert bench.call("GET", path(series, "plan"), "member", member=people[0]).status_code == 404
