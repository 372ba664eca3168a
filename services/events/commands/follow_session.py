"""A mentorship's session was agreed, moved, held or called off: it stands so in the private calendars of both."""

from services.events.domain.mentoring_session import heard
from services.events.store import Store
from shared.messaging.envelope import Message
from shared.messaging.unit_of_work import Transaction


def follow_session(transaction: Transaction, store: Store, message: Message) -> None:
    """`session.*`, which come in their order for each mentorship; an older one that is replayed changes nothing."""
    data, version = message.data or {}, message.version or 0
    before = store.mentoring_sessions.find(transaction.tenant, data["id"], transaction.session)
    if before is not None and before.version > version:
        return
    # Of one version there may be two: a session that moves and is called off at once.
    said_at = message.time or transaction.now
    store.mentoring_sessions.keep(transaction.session, heard(data, transaction.tenant, version, said_at, before))
