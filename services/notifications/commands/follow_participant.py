"""An enrollment changed: its member counts, or no longer, among those who hear what is said to the whole program."""

from services.notifications.domain.facts import Data
from services.notifications.domain.participants import TAKES_PART, Participant
from services.notifications.store import Store
from shared.messaging.envelope import Message
from shared.messaging.unit_of_work import Transaction


def follow_participant(transaction: Transaction, store: Store, message: Message) -> None:
    """Keeps the newest version, in whatever order they come; of who was erased nothing."""
    data: Data = message.data or {}
    if store.erasures.has(transaction.tenant, data["member_id"]):
        return
    known = store.participants.find(transaction.tenant, data["id"], transaction.session)
    version = message.version or 0
    if known is not None and known.version > version:
        return
    store.participants.keep(
        transaction.session,
        Participant(
            id=data["id"],
            tenant=transaction.tenant,
            version=version,
            updated_at=transaction.now,
            program_id=data["program_id"],
            member_id=data["member_id"],
            live=data["state"] in TAKES_PART,
        ),
    )
