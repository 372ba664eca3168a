"""What every change of meetings brings about: whose time they hold, which seats at tables they take, who is told.

Both follow from what a meeting is, before and after: so nothing that is held can be left behind, whatever changed it.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from services.events.commands.announce_meeting import announce_meeting
from services.events.domain.meeting import Meeting
from services.events.store import Store
from services.events.store.slot_plans import Seat
from shared.messaging.unit_of_work import Transaction


@dataclass(frozen=True, slots=True)
class Change:
    """A meeting as it was (None: it is new) and as it will be; the word it is told by, and whose doing it was."""

    before: Meeting | None
    after: Meeting
    word: str | None = None
    by: str | None = None


def settle_meeting(
    transaction: Transaction,
    store: Store,
    before: Meeting | None,
    after: Meeting,
    word: str | None = None,
    *,
    by: str | None = None,
) -> Meeting:
    """As `settle_meetings` of one."""
    (settled,) = settle_meetings(transaction, store, [Change(before, after, word, by)])
    return settled


def settle_meetings(transaction: Transaction, store: Store, changes: Sequence[Change]) -> list[Meeting]:
    """Writes all of them, in as many statements as one; returns them as saved.

    Raises TimeTaken with those who have something else at that time, NoTableLeft where a table has no room left.
    """
    session, tenant = transaction.session, transaction.tenant
    held = Counter(hold for each in changes if each.before is not None for hold in each.before.holds)
    needed = Counter(hold for each in changes for hold in each.after.holds)
    store.held_time.release(session, tenant, (held - needed).elements())
    store.held_time.take(session, tenant, (needed - held).elements())
    sat, seated = _seats([each.before for each in changes]), _seats([each.after for each in changes])
    store.slot_plans.free_seats(session, tenant, (sat - seated).elements())
    store.slot_plans.take_seats(session, tenant, (seated - sat).elements())
    saved = [
        Change(each.before, each.after, each.word, each.by)
        if each.before is None
        else replace(each, after=replace(each.after, version=each.before.version + 1))
        for each in changes
    ]
    store.meetings.write(session, [(each.before, each.after) for each in saved])
    for each in saved:
        if each.word is not None:
            announce_meeting(transaction, each.after, each.word, each.by)
    return [each.after for each in saved]


def _seats(meetings: Sequence[Meeting | None]) -> Counter[Seat]:
    return Counter(seat for each in meetings if each is not None and (seat := each.seat) is not None)
