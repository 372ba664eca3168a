"""A chapter or interest group has a name: it is kept for telling members which they must be in."""

from services.events.store import Store
from shared.messaging.envelope import Message
from shared.messaging.unit_of_work import Transaction


def name_group(transaction: Transaction, store: Store, message: Message) -> None:
    """Follows `groups.v1`."""
    data = message.data or {}
    store.group_names.keep(transaction.session, transaction.tenant, message.key, data["name"])
