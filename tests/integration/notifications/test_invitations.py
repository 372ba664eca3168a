"""What calendars are told by mail, read by a parser of somebody else's, and how it goes wrong elsewhere."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from shared.ids import new_id
from tests.integration.notifications.conftest import Desk
from tests.integration.notifications.mailing import Mailbox
from tests.integration.notifications.test_telling import call_off, register
from tests.unit.calendar.reading import entries, method, moments, sequence
from tests.unit.notifications.news import ADA, BEN, SUMMIT, examples

STARTS_AT, ENDS_AT = "2126-05-04T07:00:00Z", "2126-05-06T16:00:00Z"
ADDRESSES = {ADA: "ada@example.org", BEN: "ben@example.org"}


@dataclass(frozen=True, slots=True)
class Received:
    """A calendar part as a mail program takes it: what its header says, what it says itself, and its one entry."""

    parameter: str
    method: str | None
    entry: Any

    @property
    def said(self) -> tuple[str, str | None, str]:
        return self.parameter, self.method, str(self.entry.status.value)


@dataclass(frozen=True, slots=True)
class Story:
    """The summit and who registers for it; every mail is sent before the next thing happens."""

    desk: Desk
    mailbox: Mailbox

    def tell(self, registration: str, member_id: str = ADA, **changes: object) -> None:
        register(self.desk, member_id, registration, **changes)
        self.desk.work()

    def end(self, registration: str, **changes: object) -> None:
        ended = {
            "type_name": "registration.cancelled.v1",
            "status": "cancelled",
            "attending": False,
            "reason": "member",
        }
        self.tell(registration, **(ended | changes))

    def lose_seat(self, registration: str, status: str, **changes: object) -> None:
        """The ticket system takes the seat back: the ticket waits, for a seat or for its confirmation."""
        word = {"waitlisted": "registration.waitlisted.v1", "pending": "registration.cancelled.v1"}[status]
        self.tell(registration, **({"type_name": word, "status": status, "attending": False} | changes))

    def move(self, version: int, **changes: str) -> None:
        summit = examples("event.published.v1")["summit"] | {"starts_at": STARTS_AT, "ends_at": ENDS_AT}
        self.desk.hear("event.updated.v1", summit | changes, version=version)
        self.desk.work()

    def call_off(self, version: int) -> None:
        call_off(self.desk, version=version)
        self.desk.work()

    def received(self, member_id: str = ADA) -> list[Received]:
        """The calendar parts that this member was sent, in order."""
        found = []
        for mail, recipient in zip(self.mailbox.mails, self.mailbox.recipients, strict=True):
            for part in mail.walk():
                if recipient == ADDRESSES[member_id] and part.get_content_type() == "text/calendar":
                    content = part.get_content()
                    [entry] = entries(content)
                    found.append(Received(str(part.get_param("method")), method(content), entry))
        return found


@pytest.fixture
def story(desk: Desk, mailbox: Mailbox) -> Iterator[Story]:
    desk.know_everybody()
    made = Story(desk, mailbox)
    made.move(2)
    with mailbox.answering():
        yield made


def test_a_cancellation_is_sent_as_cancel_and_never_as_request(story: Story) -> None:
    registration = new_id()
    story.tell(registration, sequence=1)
    story.end(registration, version=2, sequence=2)
    story.tell(new_id(), sequence=3)
    story.call_off(3)
    assert [each.said for each in story.received()] == [
        ("REQUEST", "REQUEST", "CONFIRMED"),
        ("CANCEL", "CANCEL", "CANCELLED"),
        ("REQUEST", "REQUEST", "CONFIRMED"),
        ("CANCEL", "CANCEL", "CANCELLED"),
    ]


def test_the_sequence_is_not_stuck_at_one_but_rises_with_every_change(story: Story) -> None:
    registration = new_id()
    story.tell(registration, sequence=1)
    story.move(3, starts_at="2126-05-04T08:00:00Z")
    story.move(4, starts_at="2126-05-04T08:00:00Z", place="Hall 2")
    story.end(registration, version=2, sequence=2)
    story.tell(new_id(), sequence=3)
    story.call_off(5)
    numbers = [sequence(each.entry) for each in story.received()]
    assert len(numbers) == 6
    assert numbers == sorted(set(numbers))


def test_there_are_no_duplicates_because_the_uid_never_changes(story: Story) -> None:
    registration = new_id()
    story.tell(registration, sequence=1)
    story.tell(new_id(), sequence=2)
    story.move(3, starts_at="2126-05-04T08:00:00Z")
    story.end(registration, version=2, sequence=3, attending=True)
    story.call_off(4)
    assert len(story.received()) == 4
    assert {str(each.entry.uid.value) for each in story.received()} == {SUMMIT}


@pytest.mark.parametrize("zone", ["America/Santiago", "America/Havana", "Atlantic/Azores"])
@pytest.mark.parametrize("month", [1, 7])
def test_a_zone_whose_clocks_change_at_midnight_does_not_move_an_event(story: Story, zone: str, month: int) -> None:
    story.tell(new_id(), sequence=1)
    story.move(3, time_zone=zone, starts_at=f"2126-{month:02}-10T04:30:00Z", ends_at=f"2126-{month:02}-10T06:30:00Z")
    last = story.received()[-1].entry
    assert moments(last) == (
        datetime(2126, month, 10, 4, 30, tzinfo=UTC),
        datetime(2126, month, 10, 6, 30, tzinfo=UTC),
    )


def test_everyone_registered_hears_once_where_and_when_an_event_now_is(story: Story) -> None:
    story.tell(new_id(), sequence=1)
    story.tell(new_id(), sequence=2)
    story.tell(
        new_id(),
        BEN,
        type_name="registration.waitlisted.v1",
        status="waitlisted",
        attending=False,
        sequence=1,
    )
    before = len(story.mailbox.mails)
    story.move(3, place="Hall 2")
    moved = list(zip(story.mailbox.subjects, story.mailbox.recipients, strict=True))[before:]
    title = "Annual Summit has a new time or place"
    assert sorted(moved) == [(title, "ada@example.org"), (title, "ben@example.org")]
    assert str(story.received()[-1].entry.location.value) == "Hall 2"
    assert story.received(BEN) == []


def test_a_change_of_anything_but_time_and_place_is_no_news(story: Story) -> None:
    story.tell(new_id(), sequence=1)
    story.move(3, name="Annual Summit 2126", description="New words")
    assert story.mailbox.subjects == ["You are registered for Annual Summit"]


def test_who_registers_after_an_event_moved_is_invited_to_where_it_is_and_told_once(story: Story) -> None:
    story.move(3, place="Hall 2")
    story.tell(new_id(), sequence=1)
    story.desk.work()
    [invited] = story.received()
    assert str(invited.entry.location.value) == "Hall 2"
    assert len(story.mailbox.mails) == 1


def test_one_of_two_tickets_that_ends_takes_nothing_out_of_the_calendar(story: Story) -> None:
    first, second = new_id(), new_id()
    story.tell(first, sequence=1)
    story.tell(second, sequence=2)
    story.end(first, version=2, sequence=3, attending=True)
    story.move(3, place="Hall 2")
    assert [each.method for each in story.received()] == ["REQUEST"] * 3
    assert sequence(story.received()[-1].entry) == 3 + 3


@pytest.mark.parametrize("status", ["waitlisted", "pending"])
def test_a_ticket_that_loses_its_seat_leaves_the_calendar_and_comes_back_with_it(story: Story, status: str) -> None:
    ticket = new_id()
    story.tell(ticket, sequence=1)
    story.lose_seat(ticket, status, version=2, sequence=2, reason="source")
    story.move(3, place="Hall 2")
    story.tell(ticket, version=3, sequence=3)
    received = story.received()
    assert [each.said for each in received] == [
        ("REQUEST", "REQUEST", "CONFIRMED"),
        ("CANCEL", "CANCEL", "CANCELLED"),
        ("REQUEST", "REQUEST", "CONFIRMED"),
    ]
    numbers = [sequence(each.entry) for each in received]
    assert numbers == sorted(set(numbers))
    assert {str(each.entry.uid.value) for each in received} == {SUMMIT}


@pytest.mark.parametrize(
    ("status", "title"),
    [
        ("waitlisted", "You no longer have a seat at Annual Summit"),
        ("pending", "Your registration for Annual Summit is no longer confirmed"),
    ],
)
def test_who_loses_a_seat_is_told_so_in_words_too(story: Story, status: str, title: str) -> None:
    ticket = new_id()
    story.tell(ticket, sequence=1)
    story.lose_seat(ticket, status, version=2, sequence=2, reason="source")
    assert story.mailbox.subjects == ["You are registered for Annual Summit", title]


def test_who_waits_from_the_beginning_is_not_asked_to_take_out_what_they_never_had(story: Story) -> None:
    ticket = new_id()
    story.lose_seat(ticket, "waitlisted", sequence=1)
    story.lose_seat(ticket, "waitlisted", version=2, sequence=2, mentoring=["mentor"])
    assert story.received() == []
    assert set(story.mailbox.subjects) == {"You are on the waitlist for Annual Summit"}


def test_only_the_last_seat_that_is_lost_takes_the_event_out_of_the_calendar(story: Story) -> None:
    first, second = new_id(), new_id()
    story.tell(first, sequence=1)
    story.tell(second, sequence=2)
    story.lose_seat(first, "waitlisted", version=2, sequence=3, attending=True)
    assert [each.method for each in story.received()] == ["REQUEST"] * 2
    story.lose_seat(second, "waitlisted", version=2, sequence=4)
    story.move(3, place="Hall 2")
    assert [each.method for each in story.received()] == ["REQUEST", "REQUEST", "CANCEL"]


def test_a_seat_is_lost_with_the_ticket_that_had_it_though_another_one_waits(story: Story) -> None:
    had_it, waits = new_id(), new_id()
    story.tell(had_it, sequence=1)
    story.lose_seat(waits, "waitlisted", sequence=2, attending=True)
    story.end(had_it, version=2, sequence=3)
    story.move(3, place="Hall 2")
    assert [each.method for each in story.received()] == ["REQUEST", "CANCEL"]


def test_an_older_word_of_another_ticket_that_comes_late_changes_nothing(story: Story) -> None:
    had_it, waits = new_id(), new_id()
    story.tell(had_it, sequence=1)
    story.lose_seat(had_it, "waitlisted", version=2, sequence=3)
    story.lose_seat(waits, "waitlisted", sequence=2, attending=True)
    story.move(3, place="Hall 2")
    assert [each.method for each in story.received()] == ["REQUEST", "CANCEL"]
