"""Two members turn out to be one person: registrations made here, the attendance and the calendar are the one's."""

import itertools

import pytest

from shared.ids import new_id
from shared.messaging.record import Record
from tests.integration.events.conftest import Bench

_versions = itertools.count(2)


def merged(bench: Bench, away: str, into: str, tenant: str | None = None) -> Record:
    content = {"id": away, "merged_into": into}
    return bench.message("members.v1", "member.merged.v1", content, key=away, version=next(_versions), tenant=tenant)


def unmerged(bench: Bench, member: str) -> Record:
    content = {"id": member, "given_name": "Ada", "family_name": "Okafor"}
    return bench.message("members.v1", "member.unmerged.v1", content, key=member, version=next(_versions))


def register(bench: Bench, event: str, member: str) -> str:
    answer = bench.call("POST", f"/v1/events/{event}/registrations", "member", member=member, json={})
    assert answer.status_code == 201, answer.get_data()
    registration: str = answer.json["id"]  # type: ignore[index]
    return registration


def of_person(bench: Bench, event: str, member: str) -> dict[str, str]:
    """The person's registrations and how they stand, as the person sees them."""
    answer = bench.call("GET", f"/v1/events/{event}/registrations", "member", member=member)
    return {each["id"]: each["status"] for each in answer.json["items"]}  # type: ignore[index]


def seats(bench: Bench, event: str) -> tuple[int, int]:
    """Seats taken and waiting as the event counts them, which are those of its registrations."""
    found = bench.foundation.database["events"].find_one({"_id": event}) or {}
    statuses = [each["status"] for each in bench.foundation.database["registrations"].find({"event_id": event})]
    taken, waiting = sum(each in ("confirmed", "offered") for each in statuses), statuses.count("waitlisted")
    assert (found["seats_taken"], found["waiting"]) == (taken, waiting)
    return taken, waiting


def test_what_was_registered_here_is_the_survivor_s_and_comes_back(bench: Bench) -> None:
    event = bench.event()
    own = register(bench, event, bench.ada)
    bench.handle([merged(bench, bench.ada, bench.ben)])
    for caller in (bench.ben, bench.ada):  # a token that is older than the merge acts as the survivor
        assert of_person(bench, event, caller) == {own: "confirmed"}
    assert (
        bench.call("POST", f"/v1/events/{event}/registrations", "member", member=bench.ada, json={}).status_code == 409
    )
    moved = [(each.type, each.data["member_id"], each.data["attending"]) for each in bench.told("registration.")]
    assert moved == [
        ("registration.confirmed.v1", bench.ada, True),
        ("registration.cancelled.v1", bench.ada, False),
        ("registration.confirmed.v1", bench.ben, True),
    ]
    assert bench.told("registration.cancelled")[0].data["moved_to"] == bench.ben
    bench.handle([unmerged(bench, bench.ada)])
    assert (of_person(bench, event, bench.ada), of_person(bench, event, bench.ben)) == ({own: "confirmed"}, {})
    assert seats(bench, event) == (1, 0)


def test_of_two_registrations_of_a_person_the_better_stays_and_both_are_there_again_afterwards(bench: Bench) -> None:
    event = bench.event(capacity=3)
    ada, ben = register(bench, event, bench.ada), register(bench, event, bench.ben)
    bench.call("PUT", f"/v1/registrations/{ada}/check-in", "organizer")
    bench.handle([merged(bench, bench.ada, bench.ben)])
    assert of_person(bench, event, bench.ben) == {ada: "confirmed", ben: "cancelled"}
    assert seats(bench, event) == (1, 0)
    [gave_way] = [each for each in bench.told("registration.cancelled") if each.key == ben]
    assert (gave_way.data["reason"], gave_way.data["attending"]) == ("merged", True)
    bench.handle([unmerged(bench, bench.ada)])
    assert (of_person(bench, event, bench.ada), of_person(bench, event, bench.ben)) == (
        {ada: "confirmed"},
        {ben: "confirmed"},
    )
    assert seats(bench, event) == (2, 0)


def test_who_waited_beside_their_own_seat_waits_at_their_place_again(bench: Bench) -> None:
    event = bench.event(capacity=1)
    seat, waits = register(bench, event, bench.ada), register(bench, event, bench.ben)
    behind = register(bench, event, new_id())
    bench.handle([merged(bench, bench.ada, bench.ben)])
    assert of_person(bench, event, bench.ben) == {seat: "confirmed", waits: "cancelled"}
    assert seats(bench, event) == (1, 1)
    bench.handle([unmerged(bench, bench.ada)])
    assert seats(bench, event) == (1, 2)
    bench.call("DELETE", f"/v1/registrations/{seat}", "organizer")
    bench.perform_due()
    found = {
        each["_id"]: each["status"] for each in bench.foundation.database["registrations"].find({"event_id": event})
    }
    assert (found[waits], found[behind]) == ("offered", "waitlisted")


def test_a_seat_that_was_given_away_meanwhile_is_waited_for(bench: Bench) -> None:
    event = bench.event(capacity=2)
    ada, ben = register(bench, event, bench.ada), register(bench, event, bench.ben)
    bench.handle([merged(bench, bench.ada, bench.ben)])
    register(bench, event, new_id())
    bench.handle([unmerged(bench, bench.ada)])
    assert sorted([of_person(bench, event, bench.ada)[ada], of_person(bench, event, bench.ben)[ben]]) == [
        "confirmed",
        "waitlisted",
    ]
    assert seats(bench, event) == (2, 1)


@pytest.mark.parametrize("first", [0, 1])
def test_chains_may_be_heard_and_undone_in_any_order(bench: Bench, first: int) -> None:
    event, last = bench.event(), new_id()
    ada, ben = register(bench, event, bench.ada), register(bench, event, bench.ben)
    heard = [merged(bench, bench.ada, bench.ben), merged(bench, bench.ben, last)]
    bench.handle([heard[first]])
    bench.handle([heard[1 - first]])
    assert sorted(of_person(bench, event, last).values()) == ["cancelled", "confirmed"]
    back = [unmerged(bench, bench.ben), unmerged(bench, bench.ada)]
    bench.handle([back[first]])
    bench.handle([back[1 - first]])
    assert of_person(bench, event, last) == {}
    assert of_person(bench, event, bench.ada) == {ada: "confirmed"}
    assert of_person(bench, event, bench.ben) == {ben: "confirmed"}
    assert seats(bench, event) == (2, 0)


def test_one_seat_is_given_up_once_however_often_its_holder_was_merged(bench: Bench) -> None:
    event, third = bench.event(capacity=3), new_id()
    ada, cyd, other = register(bench, event, bench.ada), register(bench, event, third), new_id()
    register(bench, event, other)
    bench.call("PUT", f"/v1/registrations/{cyd}/check-in", "organizer")
    bench.handle([merged(bench, bench.ada, bench.ben)])
    bench.handle([merged(bench, bench.ben, third)])
    assert of_person(bench, event, third) == {ada: "cancelled", cyd: "confirmed"}
    assert seats(bench, event) == (2, 0)


def test_a_seat_moves_along_a_chain_without_being_given_up(bench: Bench) -> None:
    event, third = bench.event(), new_id()
    ada = register(bench, event, bench.ada)
    bench.handle([merged(bench, bench.ada, bench.ben)])
    bench.handle([merged(bench, bench.ben, third)])
    assert of_person(bench, event, third) == {ada: "confirmed"}
    assert not [each for each in bench.told("registration.cancelled") if each.data["reason"] == "merged"]
    assert seats(bench, event) == (1, 0)


def test_attending_is_the_best_of_what_both_have_tickets_included(bench: Bench) -> None:
    event = bench.event()
    bench.ticket("A-1")
    bench.member(bench.ada, "A-1")
    own = register(bench, event, bench.ben)
    bench.handle([merged(bench, bench.ada, bench.ben), bench.member_message(bench.ben, "A-1", version=2, owned=2)])
    bench.call("DELETE", f"/v1/registrations/{own}", "member", member=bench.ben)
    assert bench.told("registration.cancelled")[-1].data["attending"] is True
    assert "confirmed" in of_person(bench, event, bench.ben).values()


def test_another_tenant_s_merge_changes_nothing_here(bench: Bench) -> None:
    event = bench.event()
    own = register(bench, event, bench.ada)
    bench.handle([merged(bench, bench.ada, bench.ben, tenant=bench.neighbor)])
    assert of_person(bench, event, bench.ada) == {own: "confirmed"}


def test_a_registration_by_the_old_id_while_the_merge_was_heard_is_found_by_a_second_look(bench: Bench) -> None:
    event = bench.event()
    bench.handle([merged(bench, bench.ada, bench.ben)])
    database = bench.foundation.database
    database["merges"].delete_many({"tenant": bench.tenant})  # what a transaction sees that began before
    own = register(bench, event, bench.ada)
    database["merges"].insert_one({"_id": bench.ada, "tenant": bench.tenant, "into": bench.ben})
    bench.perform_due()
    assert of_person(bench, event, bench.ben) == {}
    database["second_looks"].update_many({}, {"$set": {"due_at": bench.foundation.clock.now()}})
    bench.perform_due()
    assert of_person(bench, event, bench.ben) == {own: "confirmed"}
