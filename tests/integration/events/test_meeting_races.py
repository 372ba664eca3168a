"""Two things about meetings that happen at the same moment: one of them comes first, and nobody is at two at once.

Most tests let one of the two read before, and write after, the other has happened as a whole.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest

from services.events.commands.answer_meeting import accept_meeting
from services.events.commands.ask_to_meet import ask_to_meet, counter
from services.events.commands.book_meetings import Booked, Booking, Refusal, book_meetings
from services.events.commands.end_meetings import cancel_meeting
from services.events.domain.meeting import Meeting
from shared.errors import Conflict, Invalid
from shared.messaging.unit_of_work import Transaction
from tests.integration.events.conftest import Bench
from tests.integration.events.encounters import FIRST, Encounters
from tests.integration.events.test_crossing import overtaken
from tests.integration.events.test_registering import at_once


@pytest.fixture
def there(bench: Bench) -> Encounters:
    return Encounters(bench, tables=1)


def asking(there: Encounters, asker: str, invitee: str, slot: int = 0) -> Callable[[Transaction], None]:
    """The use case of asking."""

    def ask(transaction: Transaction) -> None:
        event = there.store.events.get(there.bench.tenant, there.event_id, transaction.session)
        ask_to_meet(transaction, there.store, event, asker, invitee, there.slot_ids[slot], None)

    return ask


def with_meeting(
    there: Encounters, meeting_id: str, use_case: Callable[[Transaction, Meeting], object]
) -> Callable[[Transaction], None]:
    def work(transaction: Transaction) -> None:
        use_case(transaction, there.store.meetings.get(there.bench.tenant, meeting_id, transaction.session))

    return work


def accepting(there: Encounters, meeting_id: str, by: str) -> Callable[[Transaction], None]:
    def accept(transaction: Transaction, meeting: Meeting) -> None:
        event = there.store.events.get(there.bench.tenant, there.event_id, transaction.session)
        accept_meeting(transaction, there.store, event, meeting, by)

    return with_meeting(there, meeting_id, accept)


def test_two_who_ask_the_same_person_for_the_same_time_cannot_both(there: Encounters) -> None:
    ada, ben, cid = (there.attendee() for _ in range(3))
    with pytest.raises(Conflict, match="something else"):
        overtaken(there.bench, asking(there, ada, cid), lambda: there.asked(ben, cid))
    there.require_consistent()


def test_nor_across_events(there: Encounters) -> None:
    ada, ben, cid = (there.attendee() for _ in range(3))
    other = Encounters(there.bench, begins=FIRST + timedelta(minutes=20))
    for member in (ada, ben, cid):
        other.register(member)
    with pytest.raises(Conflict, match="something else"):
        overtaken(there.bench, asking(there, ada, cid), lambda: other.asked(ben, cid))
    there.require_consistent()


def test_two_who_ask_each_other_have_one_meeting(there: Encounters) -> None:
    ada, ben = there.attendee(), there.attendee()
    with pytest.raises(Conflict):
        overtaken(there.bench, asking(there, ada, ben), lambda: there.asked(ben, ada, 1))
    there.require_consistent()


def test_a_person_who_asks_twice_at_once_stays_below_the_limit(there: Encounters) -> None:
    assert there.put_slots(there.slots_again(), notice_hours=0, pending_limit=1).status_code == 200
    ada, ben, cid = (there.attendee() for _ in range(3))
    with pytest.raises(Conflict, match="No more than 1"):
        overtaken(there.bench, asking(there, ada, cid), lambda: there.asked(ada, ben, 1))
    there.require_consistent()


def test_twelve_who_ask_one_person_at_once_get_one_yes_and_conflicts(there: Encounters) -> None:
    star, *others = (there.attendee() for _ in range(13))
    statuses = at_once([partial(_status_of, there, each, star) for each in others])
    assert statuses == {201: 1, 409: 11}
    there.require_consistent()


def _status_of(there: Encounters, asker: str, invitee: str) -> int:
    return there.ask(asker, invitee).status_code


def test_the_last_table_is_given_once(there: Encounters) -> None:
    ada, ben, cid, dee = (there.attendee() for _ in range(4))
    first, second = there.asked(ada, ben), there.asked(cid, dee)
    with pytest.raises(Conflict, match="No table"):
        overtaken(there.bench, accepting(there, first, ben), lambda: there.done("accept", second, dee))
    there.require_consistent()


def test_an_expiry_and_a_yes_at_once_are_one_of_the_two(there: Encounters) -> None:
    ada, ben = there.attendee(), there.attendee()
    meeting = there.asked(ada, ben)

    def expire(transaction: Transaction) -> None:
        found = there.store.meetings.get(there.bench.tenant, meeting, transaction.session)
        there.store.meetings.save(transaction.session, found.expired(transaction.now))
        there.store.held_time.release(transaction.session, found.tenant, found.holds)

    with pytest.raises(Conflict, match="expired"):
        overtaken(
            there.bench,
            accepting(there, meeting, ben),
            lambda: there.bench.foundation.unit_of_work.run(expire, tenant=there.bench.tenant),
        )
    assert there.state(meeting) == "expired"
    there.require_consistent()


def test_a_cancellation_and_a_yes_at_once_are_one_of_the_two(there: Encounters) -> None:
    ada, ben = there.attendee(), there.attendee()
    meeting = there.asked(ada, ben)
    with pytest.raises(Conflict, match="cancelled"):
        overtaken(there.bench, accepting(there, meeting, ben), lambda: there.done("cancel", meeting, ada))
    other = there.asked(ada, ben)
    cancel = with_meeting(there, other, lambda transaction, found: cancel_meeting(transaction, there.store, found, ada))
    overtaken(there.bench, cancel, lambda: there.done("accept", other, ben))
    assert there.state(other) == "cancelled"
    there.require_consistent()


def test_a_counter_proposal_for_a_time_that_goes_meanwhile_is_refused(there: Encounters) -> None:
    ada, ben, cid = (there.attendee() for _ in range(3))
    meeting = there.asked(ada, ben)

    def propose(transaction: Transaction, found: Meeting) -> None:
        event = there.store.events.get(found.tenant, found.event_id, transaction.session)
        counter(transaction, there.store, event, found, ben, there.slot_ids[1], None)

    with pytest.raises(Conflict, match="something else"):
        overtaken(there.bench, with_meeting(there, meeting, propose), lambda: there.asked(cid, ada, 1))
    there.require_consistent()


def test_a_request_overtaken_by_a_block_is_not_made(there: Encounters) -> None:
    ada, ben = there.attendee(), there.attendee()
    with pytest.raises(Invalid):
        overtaken(there.bench, asking(there, ada, ben), lambda: there.block(ada, ben))
    there.require_consistent()


def test_a_request_overtaken_by_a_cancelled_registration_is_not_made(there: Encounters) -> None:
    ada, cid = there.attendee(), there.bench.ben
    there.bench.member(cid)
    registration = there.register(cid)

    def leave() -> None:
        answer = there.bench.call("DELETE", f"/v1/registrations/{registration}", "member", member=cid)
        assert answer.status_code == 204

    with pytest.raises(Invalid):
        overtaken(there.bench, asking(there, ada, cid), leave)
    there.require_consistent()


def test_a_request_overtaken_by_the_end_of_its_slot_is_not_made(there: Encounters) -> None:
    ada, ben = there.attendee(), there.attendee()
    slots = there.slots_again()[1:]
    with pytest.raises(Invalid, match="not valid"):
        overtaken(there.bench, asking(there, ada, ben), lambda: there.put_slots(slots))
    there.require_consistent()


def test_a_table_that_goes_is_not_given(there: Encounters) -> None:
    ada, ben = there.attendee(), there.attendee()
    meeting = there.asked(ada, ben)
    slots = there.slots_again()
    slots[0]["places"] = [{"name": "Corner"}]
    overtaken(there.bench, accepting(there, meeting, ben), lambda: there.put_slots(slots))
    assert there.meeting(meeting)["table"] == "Corner"
    there.require_consistent()


def booked(there: Encounters, *bookings: Booking) -> Booked:
    def book(transaction: Transaction) -> Booked:
        event = there.store.events.get(there.bench.tenant, there.event_id, transaction.session)
        return book_meetings(transaction, there.store, event, bookings)

    return there.bench.foundation.unit_of_work.run(book, tenant=there.bench.tenant)


def test_what_is_booked_is_agreed_on_with_its_table_and_told(there: Encounters) -> None:
    people = [there.attendee() for _ in range(4)]
    one, two = (there.slot_ids[each] for each in (0, 1))
    done = booked(there, Booking(people[0], people[1], one), Booking(people[0], people[2], two, "Table 1"))
    assert not done.refused
    assert [(each.state, each.origin, each.table) for each in done.meetings] == [
        ("accepted", "schedule", "Table 1"),
        ("accepted", "schedule", "Table 1"),
    ]
    assert len(there.bench.told("meeting.accepted")) == 2
    there.require_consistent()


def test_what_cannot_be_booked_is_named_and_the_rest_is_booked(there: Encounters) -> None:
    ada, ben, cid, dee, eve = (there.attendee() for _ in range(5))
    first, second, third = there.slot_ids[:3]
    there.block(ada, ben)
    there.wish(cid, no_thanks=[ada])
    there.agreed(dee, eve)
    wanted = (
        (Booking(ada, ben, second), Refusal.KEPT_APART),
        (Booking(ada, cid, second), Refusal.NO_THANKS),
        (Booking(ada, dee, first), Refusal.TIME_TAKEN),
        (Booking(dee, eve, second), Refusal.MEET_ALREADY),
        (Booking(ben, cid, first), Refusal.NO_TABLE),
        (Booking(ben, there.bench.ada, second), Refusal.NOT_ATTENDING),
        (Booking(ben, cid, there.event_id), Refusal.SLOT),
        (Booking(ben, cid, second, "Table 9"), Refusal.NO_TABLE),
        (Booking(ben, cid, second), None),
        (Booking(ben, dee, second), Refusal.TIME_TAKEN),
        (Booking(ada, eve, third), None),
    )
    done = booked(there, *(booking for booking, _ in wanted))
    assert list(done.refused) == [(booking, why) for booking, why in wanted if why is not None]
    assert len(done.meetings) == 2
    there.require_consistent()


def test_bookings_overtaken_by_a_request_leave_it_its_time(there: Encounters) -> None:
    ada, ben, cid = (there.attendee() for _ in range(3))
    found: list[Booked] = []

    def book(transaction: Transaction) -> None:
        event = there.store.events.get(there.bench.tenant, there.event_id, transaction.session)
        found.append(book_meetings(transaction, there.store, event, [Booking(ada, ben, there.slot_ids[0])]))

    overtaken(there.bench, book, lambda: there.asked(cid, ada))
    assert [why for _, why in found[-1].refused] == [Refusal.TIME_TAKEN]
    there.require_consistent()
