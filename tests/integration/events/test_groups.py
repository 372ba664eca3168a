"""An event that is for the members of some groups: who may register here, and who holds a ticket anyway."""

from typing import Any

import pytest

from shared.ids import new_id
from tests.integration.events.conftest import Bench


def register(bench: Bench, event: str, member: str) -> Any:
    return bench.call("POST", f"/v1/events/{event}/registrations", "member", member=member)


def chapter(bench: Bench, name: str = "Chapter Milan", **options: Any) -> str:
    """The id of a group that profiles have told of."""
    group = new_id()
    data = {"id": group, "name": name, "kind": "chapter"}
    bench.receive("groups.v1", "group.updated.v1", data, key=group, version=1, **options)
    return group


def test_who_is_in_none_of_the_groups_is_told_which_and_after_joining_one_may_register(bench: Bench) -> None:
    milan, rome = chapter(bench), chapter(bench, "Chapter Rome")
    event = bench.event(groups=[milan, rome])
    refused = register(bench, event, bench.ada)
    assert (refused.status_code, refused.json["detail"]) == (
        409,
        "This event is for members of Chapter Milan or Chapter Rome.",
    )
    bench.member(bench.ada, version=1, groups=[new_id()])
    assert register(bench, event, bench.ada).status_code == 409
    bench.member(bench.ada, version=2, groups=[rome])
    assert register(bench, event, bench.ada).status_code == 201


def test_who_left_may_not_register_again_and_keeps_what_they_have(bench: Bench) -> None:
    milan = chapter(bench)
    event, later = bench.event(groups=[milan]), bench.event(groups=[milan], sources=[])
    bench.member(bench.ada, version=1, groups=[milan])
    kept = register(bench, event, bench.ada).json["id"]
    bench.member(bench.ada, version=2)
    assert register(bench, later, bench.ada).status_code == 409
    [registration] = bench.registrations(event)
    assert (registration["id"], registration["status"]) == (kept, "confirmed")


def test_a_ticket_from_outside_is_not_refused(bench: Bench) -> None:
    event = bench.event(groups=[chapter(bench)])
    bench.member(bench.ada, "A-1")
    bench.ticket()
    [registration] = bench.registrations(event)
    assert (registration["member_id"], registration["status"]) == (bench.ada, "confirmed")


def test_groups_are_shown_announced_and_taken_away_again(bench: Bench) -> None:
    milan = chapter(bench)
    event = bench.event(groups=[milan, milan])
    assert bench.shown(event)["groups"] == [milan]
    answer = bench.call("PATCH", f"/v1/events/{event}", "organizer", json={"groups": None})
    assert (answer.status_code, answer.json["groups"]) == (200, [])  # type: ignore[index]
    assert [each.data.get("groups") for each in bench.told("event")] == [[milan], None]
    assert register(bench, event, bench.ada).status_code == 201


def test_a_group_of_another_tenant_lets_nobody_in_and_is_not_named(bench: Bench) -> None:
    event = bench.event(groups=[chapter(bench, "Secret circle", tenant=bench.neighbor)])
    assert register(bench, event, bench.ada).json["detail"] == "This event is for members of one group."


@pytest.mark.parametrize("groups", [["milan"], [None], "milan", [new_id() for _ in range(101)]])
def test_groups_are_named_by_their_ids(bench: Bench, groups: Any) -> None:
    event = bench.event()
    answer = bench.call("PATCH", f"/v1/events/{event}", "organizer", json={"groups": groups})
    assert answer.status_code == 422


def finds(bench: Bench, event: str, member: str) -> tuple[bool, bool]:
    """Whether the member finds the event by its address, and in the list."""
    by_address = bench.call("GET", f"/v1/events/{event}", "member", member=member)
    listed = bench.call("GET", "/v1/events", "member", member=member).json
    assert listed is not None
    assert by_address.status_code in (200, 404)
    return by_address.status_code == 200, event in {each["id"] for each in listed["items"]}


@pytest.mark.parametrize(("visibility", "outside"), [("members", True), ("groups", False), ("hidden", False)])
@pytest.mark.parametrize("inside", [True, False])
def test_an_event_is_found_by_whom_it_is_for(bench: Bench, visibility: str, outside: bool, inside: bool) -> None:
    milan = chapter(bench)
    event = bench.event(groups=[milan], visibility=visibility)
    bench.member(bench.ada, version=1, groups=[milan] if inside else [chapter(bench, "Chapter Rome")])
    expected = outside or (inside and visibility == "groups")
    assert finds(bench, event, bench.ada) == (expected, expected)
    assert (register(bench, event, bench.ada).status_code == 404) is not expected


def test_whoever_holds_a_ticket_finds_an_event_of_groups_they_are_not_in(bench: Bench) -> None:
    event = bench.event(groups=[chapter(bench)], visibility="groups")
    bench.member(bench.ada, "A-1")
    assert finds(bench, event, bench.ada) == (False, False)
    bench.ticket()
    assert finds(bench, event, bench.ada)[0]


def test_who_left_the_group_finds_its_events_no_more(bench: Bench) -> None:
    milan = chapter(bench)
    event = bench.event(groups=[milan], visibility="groups")
    bench.member(bench.ada, version=1, groups=[milan])
    assert finds(bench, event, bench.ada) == (True, True)
    bench.member(bench.ada, version=2)
    assert finds(bench, event, bench.ada) == (False, False)


def test_an_event_of_groups_names_one_and_the_world_is_told_which(bench: Bench) -> None:
    milan = chapter(bench)
    event = bench.event(groups=[milan], visibility="groups")
    assert [(each.data["visibility"], each.data["group_ids"]) for each in bench.told("event")] == [("groups", [milan])]
    for body in ({"groups": []}, {"groups": None}):
        refused = bench.call("PATCH", f"/v1/events/{event}", "organizer", json=body)
        assert refused.status_code == 422
        assert refused.json is not None
        assert refused.json["errors"][0]["pointer"] == "/groups"
    opened = bench.call("PATCH", f"/v1/events/{event}", "organizer", json={"groups": [], "visibility": "members"})
    assert opened.status_code == 200
    assert "group_ids" not in bench.told("event")[-1].data
