"""Matching told that two are kept apart, or no longer."""

from services.profiles.store import Store
from shared.messaging.envelope import Message
from shared.messaging.unit_of_work import Transaction


def know_blocks(transaction: Transaction, store: Store, message: Message) -> None:
    """Follows `blocks.v1`: the state decides, not the type."""
    if message.data is not None:
        members, blocked = message.data["member_ids"], bool(message.data["blocked"])
        store.kept_apart.keep(transaction.session, transaction.tenant, message.key, members, blocked=blocked)
