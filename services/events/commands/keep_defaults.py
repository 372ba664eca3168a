"""An association says which numbers it goes by: they are kept."""

from services.events.store import Store
from shared.messaging.envelope import Message
from shared.messaging.unit_of_work import Transaction


def keep_defaults(transaction: Transaction, store: Store, message: Message) -> None:
    """Follows `associations.v1`."""
    said = (message.data or {}).get("defaults") or {}
    store.association_defaults.keep(transaction.session, transaction.tenant, message.key, said)
