"""Two have met: both checked in, their meeting agreed on and over."""

from datetime import timedelta

import pytest

from services.events.commands.settle_met import settle_met
from shared.ids import new_id
from shared.messaging.unit_of_work import Transaction
from tests.integration.events.conftest import Bench
from tests.integration.events.encounters import FIRST, Encounters
from tests.integration.events.test_crossing import overtaken
from tests.integration.events.test_merging import merged, unmerged

OVER = FIRST + timedelta(minutes=30)
NOT_OVER = OVER - timedelta(seconds=1)


@pytest.fixture
def there(bench: Bench) -> Encounters:
    return Encounters(bench)


def both_in(there: Encounters) -> tuple[str, str, str]:
    ada, ben = there.attendee(), there.attendee()
    meeting = there.agreed(ada, ben)
    for member in (ada, ben):
        there.check_in(member)
    return meeting, ada, ben


def test_who_met_is_told_once_when_the_slot_is_over(there: Encounters) -> None:
    meeting, ada, ben = both_in(there)
    there.perform_due_at(NOT_OVER)
    assert there.met() == []
    for _ in range(2):
        there.perform_due_at(OVER)
    (told,) = there.bench.told("people.met")
    assert told.key == meeting
    assert told.data == {
        "event_id": there.event_id,
        "meeting_id": meeting,
        "member_ids": sorted((ada, ben)),
        "met_on": "2099-05-05",
        "met_at": "2099-05-05T08:30:00Z",
    }
    there.require_consistent()


def test_who_met_is_told_by_the_ids_they_had_so_that_a_merge_can_be_undone(there: Encounters) -> None:
    meeting, ada, ben = both_in(there)
    cid = new_id()
    there.bench.member(cid)
    there.bench.handle([merged(there.bench, ada, cid)])
    there.perform_due_at(OVER)
    there.bench.handle([unmerged(there.bench, ada)])
    there.perform_due_at(OVER)
    assert there.meeting(meeting, ada)["state"] == "accepted"
    assert [each.data["member_ids"] for each in there.bench.told("people.")] == [sorted((ada, ben))]


def test_what_is_over_holds_nobody_any_more(there: Encounters) -> None:
    _, ada, ben = both_in(there)
    there.perform_due_at(OVER)
    assert [each["busy"] for each in there.slots(ada) + there.slots(ben)] == [False] * 8


@pytest.mark.parametrize("how", ["pending", "declined", "cancelled", "one came"])
def test_who_did_not_agree_or_did_not_come_has_not_met(there: Encounters, how: str) -> None:
    ada, ben = there.attendee(), there.attendee()
    meeting = there.asked(ada, ben)
    if how == "declined":
        there.done("decline", meeting, ben)
    elif how != "pending":
        there.done("accept", meeting, ben)
    if how == "cancelled":
        there.done("cancel", meeting, ada)
    there.check_in(ada)
    if how != "one came":
        there.check_in(ben)
    there.perform_due_at(OVER)
    assert there.met() == []
    there.require_consistent()


def test_a_check_in_that_is_taken_back_undoes_it_and_one_made_again_tells_anew(there: Encounters) -> None:
    _, ada, ben = both_in(there)
    there.perform_due_at(OVER)
    there.check_in(ben, there=False)
    there.perform_due_at(OVER)
    there.check_in(ada, there=False)
    there.perform_due_at(OVER)
    there.check_in(ada)
    there.perform_due_at(OVER)
    there.check_in(ben)
    there.perform_due_at(OVER)
    words, versions = zip(*there.met(), strict=True)
    assert words == ("met", "met_reverted", "met")
    assert list(versions) == sorted(set(versions))


def test_a_check_in_that_comes_late_counts(there: Encounters) -> None:
    ada, ben = there.attendee(), there.attendee()
    there.agreed(ada, ben)
    there.check_in(ada)
    there.perform_due_at(OVER)
    assert there.met() == []
    there.check_in(ben)
    there.perform_due_at(OVER)
    assert [word for word, _ in there.met()] == ["met"]


def test_a_check_in_taken_back_while_the_meeting_is_settled_is_not_missed(there: Encounters) -> None:
    meeting, ada, _ = both_in(there)

    def settle(transaction: Transaction) -> None:
        settle_met(transaction, there.store, there.store.meetings.get(there.bench.tenant, meeting, transaction.session))

    overtaken(there.bench, settle, lambda: there.check_in(ada, there=False))
    there.perform_due_at(OVER)
    assert there.met() == []
