"""Profiles told of a member: the copy follows, and all the rest where two turned out to be one person, or two again."""

from services.matching.commands.copy_member import copy_member
from services.matching.commands.settle_merge import settle_merge
from services.matching.store import Store
from shared.messaging.envelope import Message
from shared.messaging.unit_of_work import Transaction


def follow_member(transaction: Transaction, store: Store, message: Message) -> None:
    """Keeps what is told; most of it changes nobody's identity."""
    if copy_member(transaction, store, message):
        settle_merge(transaction, store, message.key)
        store.second_looks.after(transaction, message.key)
