"""Two members turned out to be one person, or two after all: what is theirs here is whose it is now."""

from collections.abc import Iterable

from services.events.commands.merge_meetings import merge_meetings
from services.events.commands.merge_topics import merge_topics
from services.events.commands.part_in_rounds import follow_merge
from services.events.commands.settle_own_registrations import settle_own_registrations
from services.events.store import Store
from shared.messaging.unit_of_work import Transaction


def settle_merge(transaction: Transaction, store: Store, member_id: str) -> None:
    """Registrations that were made here, meetings, topics, and places in speed rounds. Bears being repeated."""
    settle_own_registrations(transaction, store, member_id)
    merge_meetings(transaction, store, member_id)
    merge_topics(transaction, store, member_id)
    follow_merge(transaction, store, member_id)


def settle_each(transaction: Transaction, store: Store, member_ids: Iterable[str]) -> None:
    """For each of these members, now and once more when nobody who has not heard of it can be at anything still."""
    for member_id in member_ids:
        settle_merge(transaction, store, member_id)
        store.second_looks.after(transaction, member_id)
