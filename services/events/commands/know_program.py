"""A mentoring program is of an event: kept, so that a mentoring corner is of a program whose mentors come."""

from services.events.store import Store
from shared.messaging.envelope import Message
from shared.messaging.unit_of_work import Transaction


def know_program(transaction: Transaction, store: Store, message: Message) -> None:
    """Follows `programs.v1`; most programs are of no event."""
    event_id = (message.data or {}).get("event_id")
    if event_id is None:
        store.event_programs.forget(transaction.session, transaction.tenant, message.key)
    else:
        store.event_programs.keep(transaction.session, transaction.tenant, message.key, event_id)
