"""Profiles told of a member: the copy follows, and all the rest where who they are, or may do, has changed."""

from services.matching.commands.copy_member import copy_member
from services.matching.commands.settle_merge import settle_merge
from services.matching.domain.member import Membership
from services.matching.store import Store
from services.matching.themes.themes import Themes
from shared.messaging.envelope import Message
from shared.messaging.unit_of_work import Transaction


def follow_member(transaction: Transaction, store: Store, themes: Themes, message: Message) -> None:
    """Keeps what is told; most of it changes nobody's identity and standing."""
    _follow_standing(transaction, store, message)
    if copy_member(transaction, store, themes, message):
        settle_merge(transaction, store, message.key)
        store.second_looks.after(transaction, message.key)


def _follow_standing(transaction: Transaction, store: Store, message: Message) -> None:
    """The state decides, not the type; the work itself, which may be much, is a worker's."""
    data = message.data
    if data is None or data.get("merged_into") is not None:
        store.suspensions.forget(transaction.session, transaction.tenant, message.key)
    elif data.get("membership") == Membership.SUSPENDED:
        store.suspensions.look(transaction, message.key)
    else:
        store.suspensions.look_if_known(transaction, message.key)
