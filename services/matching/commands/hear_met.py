"""Two people met at an event, or had not after all."""

from services.matching.store import Store
from shared.messaging.envelope import Message
from shared.messaging.unit_of_work import Transaction


def hear_met(transaction: Transaction, store: Store, message: Message) -> None:
    """Keeps it for scores; of who was erased nothing is remembered, however late it comes."""
    data = message.data or {}
    if any(store.erasures.has(transaction.tenant, each, at_once=True) for each in data["member_ids"]):
        return
    met = message.type.endswith("people.met.v1")
    store.encounters.hear(transaction.session, transaction.tenant, message.version or 0, data, met=met)
