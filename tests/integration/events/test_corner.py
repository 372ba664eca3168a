"""The mentoring corner of an event: mentors say when they are there, attendees book them at once."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from werkzeug.test import TestResponse

from services.events.commands.book_corner import book_corner
from shared.errors import Conflict, Invalid
from shared.ids import new_id
from shared.messaging.unit_of_work import Transaction
from tests.integration.events.conftest import Bench
from tests.integration.events.encounters import FIRST, Encounters
from tests.integration.events.test_crossing import overtaken
from tests.integration.events.test_erasing import Person
from tests.integration.events.test_merging import merged, unmerged
from tests.integration.events.test_registering import at_once


class Corner(Encounters):
    """An event with a mentoring corner in its first two slots."""

    def __init__(self, bench: Bench, **options: Any) -> None:
        super().__init__(bench, **options)
        self.program_id = new_id()
        self.path = f"/v1/events/{self.event_id}/corner"
        program = {
            "id": self.program_id,
            "name": "Summit mentoring",
            "kind": "event",
            "format": "flash",
            "event_id": self.event_id,
            "state": "open",
        }
        bench.receive("programs.v1", "program.opened.v1", program, key=self.program_id, version=1)
        assert self.put().status_code == 200

    def put(self, **fields: Any) -> TestResponse:
        body = {"program_id": self.program_id, "slot_ids": self.slot_ids[:2], **fields}
        return self.bench.call("PUT", self.path, "organizer", json=body)

    def mentor(self, *slots: int) -> str:
        """An attendee who opted in as a mentor and offers these slots."""
        member_id = new_id()
        self.bench.member(member_id)
        path = f"/v1/events/{self.event_id}/registrations"
        answer = self.bench.call("POST", path, "member", member=member_id, json={"mentoring": ["mentor"]})
        assert answer.status_code == 201, answer.get_data()
        assert self.offer(member_id, *slots).status_code == 200
        return member_id

    def offer(self, member: str, *slots: int) -> TestResponse:
        body = {"slot_ids": [self.slot_ids[each] for each in slots]}
        return self.bench.call("PUT", f"{self.path}/offers", "member", member=member, json=body)

    def book(self, mentee: str, mentor: str, slot: int = 0) -> TestResponse:
        body = {"mentor_id": mentor, "slot_id": self.slot_ids[slot]}
        return self.bench.call("POST", f"{self.path}/bookings", "member", member=mentee, json=body)

    def booked(self, mentee: str, mentor: str, slot: int = 0) -> str:
        answer = self.book(mentee, mentor, slot)
        assert answer.status_code == 201, answer.get_data()
        found: str = answer.get_json()["id"]
        return found

    def free(self, member: str | None = None) -> list[list[str]]:
        """Who is free in each slot, as the member sees it; None: an organizer."""
        role = "organizer" if member is None else "member"
        answer = self.bench.call("GET", self.path, role, member=member)
        assert answer.status_code == 200, answer.get_data()
        return [each["mentor_ids"] for each in answer.get_json()["slots"]]


@pytest.fixture
def there(bench: Bench) -> Corner:
    return Corner(bench)


def test_a_mentee_books_a_mentor_at_once_and_calling_it_off_frees_the_time(there: Corner) -> None:
    mentor, mentee = there.mentor(0, 1), there.attendee()
    assert there.free(mentee) == [[mentor], [mentor]]
    meeting = there.meeting(there.booked(mentee, mentor), mentor)
    assert (meeting["state"], meeting["origin"], meeting["invitee_id"]) == ("accepted", "corner", mentor)
    assert meeting["table"] in ("Table 1", "Table 2")
    assert there.free(mentee) == [[], [mentor]]
    (told,) = there.bench.told("meeting.")
    assert (told.type, told.data["origin"], told.data["by_id"]) == ("meeting.accepted.v1", "corner", mentee)
    there.require_consistent()
    there.done("cancel", meeting["id"], mentor)
    assert there.free(mentee) == [[mentor], [mentor]]
    there.require_consistent()


def test_two_bookings_are_as_many_as_a_mentee_has_and_calling_one_off_allows_another(there: Corner) -> None:
    assert there.put(slot_ids=there.slot_ids[:3]).status_code == 200
    mentors, mentee = [there.mentor(each) for each in range(3)], there.attendee()
    first = there.booked(mentee, mentors[0], 0)
    there.booked(mentee, mentors[1], 1)
    assert there.book(mentee, mentors[2], 2).status_code == 409
    there.done("cancel", first, mentee)
    there.booked(mentee, mentors[2], 2)
    assert there.put(slot_ids=there.slot_ids[:3], limit=3).get_json()["limit"] == 3
    there.booked(mentee, there.mentor(0), 0)
    there.require_consistent()


def test_a_booking_is_not_moved_by_a_counter_proposal_past_the_limit(there: Corner) -> None:
    mentor, mentee = there.mentor(0, 1), there.attendee()
    meeting = there.booked(mentee, mentor)
    for by in (mentee, mentor):
        answer = there.act("counter", meeting, by, slot_id=there.slot_ids[2])
        assert answer.status_code == 409
        assert "cancel it, and book another time" in answer.get_json()["detail"]
    assert there.state(meeting) == "accepted"
    there.require_consistent()


def test_the_corner_has_a_place_of_its_own_where_the_organizer_names_it(there: Corner) -> None:
    assert there.put(place="Hall B, by the window").status_code == 200
    mentor, mentee = there.mentor(0), there.attendee()
    shown = there.meeting(there.booked(mentee, mentor), mentee)
    assert (shown["place"], shown.get("table")) == ("Hall B, by the window", None)
    there.require_consistent()


def test_without_a_place_there_has_to_be_a_table(bench: Bench) -> None:
    there = Corner(bench, tables=1)
    ada, ben = there.attendee(), there.attendee()
    there.booked(ada, there.mentor(0))
    assert "No table" in there.book(ben, there.mentor(0)).get_json()["detail"]
    there.require_consistent()


def test_a_corner_is_of_a_program_of_its_event_and_of_slots_of_it(there: Corner) -> None:
    assert there.put(program_id=new_id()).get_json()["errors"][0]["pointer"] == "/program_id"
    assert there.put(slot_ids=[new_id()]).get_json()["errors"][0]["pointer"] == "/slot_ids/0"
    assert there.put(slot_ids=there.slot_ids[:1] * 2).status_code == 422
    elsewhere = Encounters(there.bench)
    body = {"program_id": there.program_id, "slot_ids": []}
    answer = there.bench.call("PUT", f"/v1/events/{elsewhere.event_id}/corner", "organizer", json=body)
    assert answer.status_code == 422
    path = f"/v1/events/{elsewhere.event_id}/corner"
    assert there.bench.call("GET", path, "organizer").status_code == 404


def test_only_who_opted_in_as_a_mentor_offers_time_and_can_be_booked(there: Corner) -> None:
    ada, ben = there.attendee(), there.attendee()
    assert there.offer(ada, 0).status_code == 409
    assert there.book(ben, ada).status_code == 422
    mentor = there.mentor(0)
    assert there.offer(mentor, 3).status_code == 422
    assert there.book(ben, mentor, 1).status_code == 409
    assert there.book(mentor, mentor).status_code == 422


def test_a_mentor_who_withdraws_an_offer_keeps_what_is_booked(there: Corner) -> None:
    mentor, ada, ben = there.mentor(0, 1), there.attendee(), there.attendee()
    meeting = there.booked(ada, mentor)
    assert there.offer(mentor).status_code == 200
    assert there.state(meeting) == "accepted"
    assert there.book(ben, mentor, 1).status_code == 409
    assert there.free() == [[], []]


def test_who_has_something_else_then_is_not_free(there: Corner) -> None:
    mentor, other, ada, ben = there.mentor(0), there.mentor(0), there.attendee(), there.attendee()
    there.agreed(ben, mentor)
    assert there.free(ada) == [[other], []]
    assert there.book(ada, mentor).status_code == 409
    assert "You have" in there.book(ben, other).get_json()["detail"]
    there.require_consistent()


def test_who_is_kept_apart_and_who_said_no_thanks_are_not_shown_and_not_booked(there: Corner) -> None:
    blocked, refusing, refused, mentee = there.mentor(0), there.mentor(0), there.mentor(0), there.attendee()
    there.block(blocked, mentee)
    there.wish(refusing, no_thanks=[mentee])
    there.wish(mentee, no_thanks=[refused])
    assert there.free(mentee) == [[], []]
    assert there.free() == [sorted([blocked, refusing, refused]), []]
    assert [there.book(mentee, each).status_code for each in (blocked, refusing, refused)] == [422, 409, 409]
    assert not there.bench.told("meeting.")


def test_only_who_comes_sees_the_corner_or_books(there: Corner) -> None:
    mentor, outside = there.mentor(0), new_id()
    there.bench.member(outside)
    assert there.bench.call("GET", there.path, "member", member=outside).status_code == 403
    assert there.book(outside, mentor).status_code == 409
    neighbor = there.bench.neighbor
    assert there.bench.call("GET", there.path, "organizer", tenant=neighbor).status_code == 404


def test_a_mentor_who_does_not_come_any_more_is_not_there(there: Corner) -> None:
    mentor, mentee = there.mentor(0, 1), there.attendee()
    meeting = there.booked(mentee, mentor)
    (own,) = [each for each in there.bench.registrations(there.event_id) if each["member_id"] == mentor]
    assert there.bench.call("DELETE", f"/v1/registrations/{own['id']}", "organizer").status_code == 204
    assert there.state(meeting) == "cancelled"
    assert there.free(mentee) == [[], []]
    there.require_consistent()


def test_what_a_merged_mentor_offered_is_the_survivor_s_and_comes_back(there: Corner) -> None:
    mentor, survivor, mentee = there.mentor(0), new_id(), there.attendee()
    there.bench.member(survivor)
    there.bench.handle([merged(there.bench, mentor, survivor)])
    assert there.free(mentee) == [[survivor], []]
    there.booked(mentee, survivor)
    there.bench.handle([unmerged(there.bench, mentor)])
    there.require_consistent()


def test_a_survivor_withdraws_what_they_offered_by_another_id(there: Corner) -> None:
    mentor, survivor, mentee = there.mentor(0), there.mentor(1), there.attendee()
    there.bench.handle([merged(there.bench, mentor, survivor)])
    shown = there.bench.call("GET", there.path, "member", member=survivor).get_json()
    assert shown["offered"] == sorted(there.slot_ids[:2])
    assert there.free(mentee) == [[survivor], [survivor]]
    assert there.offer(survivor).status_code == 200
    assert there.free(mentee) == [[], []]
    assert there.book(mentee, survivor).status_code == 409


def test_nothing_is_left_of_what_an_erased_mentor_offered(bench: Bench) -> None:
    there, person = Corner(bench), Person(bench)
    bench.member(bench.ada, given_name=person.name, family_name=person.surname)
    path = f"/v1/events/{there.event_id}/registrations"
    bench.call("POST", path, "member", member=bench.ada, json={"mentoring": ["mentor"]})
    assert there.offer(bench.ada, 0).status_code == 200
    shown = bench.call("GET", f"/v1/members/{bench.ada}/export-share", "member", member=bench.ada).get_json()
    assert shown["sections"]["corner_offers"][0]["slot_ids"] == there.slot_ids[:1]
    person.erase()
    assert bench.foundation.database["corner_offers"].count_documents({"member_id": bench.ada}) == 0


def test_the_last_time_of_a_mentor_is_booked_once(there: Corner) -> None:
    mentor, *mentees = there.mentor(0), *(there.attendee() for _ in range(6))
    statuses = at_once([partial(_status, there, each, mentor, 0) for each in mentees])
    assert statuses == {201: 1, 409: 5}
    there.require_consistent()


def test_a_mentee_who_books_two_at_once_stays_within_the_limit(there: Corner) -> None:
    assert there.put(limit=1).status_code == 200
    first, second, mentee = there.mentor(0), there.mentor(1), there.attendee()
    with pytest.raises(Conflict, match="as many as one may"):
        overtaken(there.bench, booking(there, mentee, first, 0), lambda: there.booked(mentee, second, 1))
    there.require_consistent()


def test_nobody_books_what_is_withdrawn_at_that_moment(there: Corner) -> None:
    mentor, mentee = there.mentor(0), there.attendee()
    with pytest.raises(Conflict, match="not free"):
        overtaken(there.bench, booking(there, mentee, mentor, 0), lambda: there.offer(mentor))


def test_nor_somebody_from_whom_they_are_kept_apart_at_that_moment(there: Corner) -> None:
    mentor, mentee = there.mentor(0), there.attendee()
    with pytest.raises(Invalid):
        overtaken(there.bench, booking(there, mentee, mentor, 0), lambda: there.block(mentor, mentee))


def test_who_met_in_the_corner_has_met(there: Corner) -> None:
    mentor, mentee = there.mentor(0), there.attendee()
    there.booked(mentee, mentor)
    there.check_in(mentor)
    there.check_in(mentee)
    there.perform_due_at(FIRST + timedelta(hours=1))
    assert [word for word, _ in there.met()] == ["met"]
    there.require_consistent()


def booking(there: Corner, mentee: str, mentor: str, slot: int) -> Any:
    def book(transaction: Transaction) -> None:
        event = there.store.events.get(there.bench.tenant, there.event_id, transaction.session)
        book_corner(transaction, there.store, event, mentee, mentor, there.slot_ids[slot])

    return book


def _status(there: Corner, mentee: str, mentor: str, slot: int) -> int:
    return there.book(mentee, mentor, slot).status_code
