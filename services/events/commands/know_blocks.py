"""Matching told that two are kept apart, or no longer."""

from services.events.commands.end_meetings import end_meetings
from services.events.commands.end_topics import part_in_topics
from services.events.commands.part_in_rounds import part_in_rounds
from services.events.domain.meeting import PARTED
from services.events.store import Store
from shared.messaging.envelope import Message
from shared.messaging.unit_of_work import Transaction


def keep_blocks(transaction: Transaction, store: Store, message: Message) -> None:
    """Follows `blocks.v1`: the state decides, not the type."""
    if message.data is not None:
        members, blocked = message.data["member_ids"], bool(message.data["blocked"])
        store.kept_apart.keep(transaction.session, transaction.tenant, message.key, members, blocked=blocked)


def know_blocks(transaction: Transaction, store: Store, message: Message) -> None:
    """As `keep_blocks`; and what the two were to meet for is called off, by nobody.

    So is the place of one in a topic; and rounds seat the two apart.

    What holds the time of both is written, so that no request between them can pass this unseen.
    """
    keep_blocks(transaction, store, message)
    if message.data is None or not message.data["blocked"]:
        return
    one, other = message.data["member_ids"]
    store.held_time.touch(transaction.session, transaction.tenant, (one, other))
    end_meetings(
        transaction, store, store.meetings.open_of_pair(transaction.tenant, one, other, transaction.session), PARTED
    )
    part_in_rounds(transaction, store, one, other)
    part_in_topics(transaction, store, one, other)
