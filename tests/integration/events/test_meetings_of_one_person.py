"""Meetings of members who turn out to be one person, are erased, ask what is kept of them, or look into a calendar."""

from datetime import timedelta

import pytest
from icalendar import Calendar

from shared.ids import new_id
from tests.integration.events.conftest import Bench
from tests.integration.events.encounters import Encounters
from tests.integration.events.test_erasing import Person
from tests.integration.events.test_merging import merged, unmerged
from tests.scanning import places_of


@pytest.fixture
def there(bench: Bench) -> Encounters:
    return Encounters(bench)


def test_meetings_are_the_survivor_s_and_come_back(there: Encounters) -> None:
    ada, ben, cid = (there.attendee() for _ in range(3))
    meeting = there.agreed(ada, cid)
    there.bench.handle([merged(there.bench, ada, ben)])
    shown = there.meeting(meeting, ben)
    assert (shown["state"], shown["requester_id"]) == ("accepted", ben)
    assert there.slots(ben)[0]["busy"]
    there.require_consistent()
    there.bench.handle([unmerged(there.bench, ada)])
    assert there.meeting(meeting, ada)["requester_id"] == ada
    assert [each["busy"] for each in there.slots(ben)] == [False] * 4
    there.require_consistent()


def test_of_two_at_once_what_was_agreed_on_stays(there: Encounters) -> None:
    ada, ben, cid, dee = (there.attendee() for _ in range(4))
    asked, agreed = there.asked(ben, dee), there.agreed(ada, cid)
    there.bench.handle([merged(there.bench, ada, ben)])
    assert (there.state(agreed), there.state(asked)) == ("accepted", "cancelled")
    assert there.meeting(asked)["reason"] == "merged"
    there.require_consistent()


def test_nobody_meets_themselves(there: Encounters) -> None:
    ada, ben = there.attendee(), there.attendee()
    meeting = there.agreed(ada, ben)
    there.bench.handle([merged(there.bench, ada, ben)])
    assert there.meeting(meeting, ben)["state"] == "cancelled"
    there.require_consistent()


def test_a_merge_brings_nobody_together_with_whom_they_are_kept_apart_from(there: Encounters) -> None:
    ada, ben, cid, dee = (there.attendee() for _ in range(4))
    agreed, asked, other = there.agreed(ada, cid), there.asked(ada, dee, 1), there.agreed(ben, dee, 2)
    there.block(ben, cid)
    there.bench.handle([merged(there.bench, ada, ben)])
    assert [there.state(each) for each in (agreed, asked, other)] == ["cancelled", "pending", "accepted"]
    assert not there.slots(ben)[0]["busy"]
    assert not there.slots(cid)[0]["busy"]
    there.require_consistent()


def test_a_ticket_that_moves_before_its_merge_is_heard_keeps_the_meetings(bench: Bench) -> None:
    there = Encounters(bench, sources=[{"source": "pretix", "source_event_id": "summit"}])
    old, new, cid = new_id(), new_id(), there.attendee()
    bench.ticket("A-1")
    bench.member(old, "A-1")
    bench.member(new)
    meeting = there.agreed(cid, old)
    bench.member(new, "A-1", version=2, owned=2)
    assert there.state(meeting) == "accepted"
    bench.handle([merged(bench, old, new)])
    there.perform_due_at(bench.foundation.clock.now() + timedelta(minutes=5))
    assert there.meeting(meeting, new)["state"] == "accepted"
    there.require_consistent()


def test_a_ticket_that_goes_to_somebody_else_ends_the_meetings(bench: Bench) -> None:
    there = Encounters(bench, sources=[{"source": "pretix", "source_event_id": "summit"}])
    old, new, cid = new_id(), new_id(), there.attendee()
    bench.ticket("A-1")
    bench.member(old, "A-1")
    bench.member(new)
    meeting = there.agreed(cid, old)
    bench.member(new, "A-1", version=2, owned=2)
    there.perform_due_at(bench.foundation.clock.now() + timedelta(minutes=5))
    assert there.meeting(meeting)["reason"] == "registration_cancelled"
    there.require_consistent()


def test_nothing_is_left_of_who_is_erased_but_that_there_was_a_meeting(bench: Bench) -> None:
    there, person = Encounters(bench), Person(bench)
    (word,) = person.words
    bench.member(bench.ada, given_name=person.name, family_name=person.surname)
    there.register(bench.ada)
    ben, cid = there.attendee(), there.attendee()
    past = there.asked(bench.ada, ben, message=f"From {word}")
    there.done("accept", past, ben)
    coming = there.asked(cid, bench.ada, 1, message="For you")
    there.wish(bench.ada, wishes=[ben])
    there.wish(ben, wishes=[bench.ada, cid])
    groups = {"groups": [{"name": "hosts", "member_ids": [bench.ada, ben]}], "meets": []}
    bench.call("PUT", f"/v1/events/{there.event_id}/groups", "organizer", json=groups)
    person.erase()
    for meeting in (past, coming):
        assert (there.state(meeting), there.meeting(meeting)["reason"]) == ("cancelled", "erased")
    assert "message" not in {name for name, value in there.meeting(past, ben).items() if value}
    assert there.meeting(coming, cid)["message"] == "For you"
    path = f"/v1/events/{there.event_id}/wishes"
    assert bench.call("GET", path, "member", member=ben).get_json()["wishes"] == [cid]
    shown = bench.call("GET", f"/v1/events/{there.event_id}/groups", "organizer").get_json()
    assert shown["groups"][0]["member_ids"] == [ben]
    assert not list(places_of(bench.foundation.database, word))
    database = bench.foundation.database
    assert database["held_time"].count_documents({"member_id": bench.ada}) == 0
    assert there.ask(ben, bench.ada, 2).status_code == 422
    there.require_consistent()


def test_a_member_gets_what_is_kept_of_their_meetings_and_staff_less_of_it(there: Encounters) -> None:
    ada, ben = there.attendee(), there.attendee()
    meeting = there.asked(ada, ben, message="Shall we?")
    there.wish(ada, no_thanks=[there.attendee()])
    there.block(ada, ben)
    path = f"/v1/members/{ada}/export-share"
    own = there.bench.call("GET", path, "member", member=ada).get_json()["sections"]
    (shown,) = own["meetings"]
    assert (shown["id"], shown["message"], shown["reason"]) == (meeting, "Shall we?", "registration_cancelled")
    assert len(own["wishes"]) == 1
    others = there.bench.call("GET", path, "coordinator").get_json()["sections"]
    assert "wishes" not in others
    assert "message" not in others["meetings"][0]


def test_an_export_says_nothing_of_what_never_reached_the_member(there: Encounters) -> None:
    ada, ben = there.attendee(), there.attendee()
    there.wish(ada, no_thanks=[ben])
    there.asked(ben, ada)
    own = there.bench.call("GET", f"/v1/members/{ada}/export-share", "member", member=ada).get_json()["sections"]
    assert own["meetings"] == []


def calendar(there: Encounters, member: str) -> dict[str, tuple[str, int, str, str]]:
    """The meetings in the member's private feed: status, sequence, title and place by id."""
    address = there.bench.call("POST", "/v1/calendars", "member", member=member).get_json()["url"]
    answer = there.bench.app.test_client().get("/" + address.split("/", 3)[3])
    assert answer.status_code == 200
    entries = Calendar.from_ical(answer.get_data()).walk("VEVENT")
    return {
        str(each["uid"]): (str(each["status"]), each["sequence"], str(each["summary"]), str(each.get("location", "")))
        for each in entries
        if str(each["uid"]) != there.event_id
    }


def test_what_was_agreed_on_stands_in_the_calendars_of_both(there: Encounters) -> None:
    ada, ben = there.attendee(given_name="Ada"), there.attendee(given_name="Ben")
    meeting = there.asked(ada, ben)
    assert calendar(there, ada) == {}
    table = there.done("accept", meeting, ben)["table"]
    assert calendar(there, ada) == {meeting: ("CONFIRMED", 1, "Meeting with Ben Okafor", table)}
    there.done("counter", meeting, ada, slot_id=there.slot_ids[1])
    assert calendar(there, ben)[meeting][:3] == ("TENTATIVE", 2, "Meeting with Ada Okafor")
    there.done("accept", meeting, ben)
    there.done("cancel", meeting, ada)
    assert calendar(there, ben)[meeting][:2] == ("CANCELLED", 4)


def test_two_meetings_stand_beside_each_other_in_a_calendar(there: Encounters) -> None:
    ada, ben, cid = (there.attendee() for _ in range(3))
    meetings = {there.agreed(ada, ben), there.agreed(ada, cid, 1)}
    assert calendar(there, ada).keys() == meetings
