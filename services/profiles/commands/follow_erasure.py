"""A service has forgotten a member."""

from services.profiles.domain.erasure import Acknowledgment
from services.profiles.store import Store
from shared.clock import parse_rfc3339
from shared.messaging.envelope import Message
from shared.messaging.unit_of_work import Transaction


def follow_erasure(transaction: Transaction, store: Store, message: Message) -> None:
    """Keeps the first word of each service."""
    data = message.data or {}
    found = store.erasure_requests.find(transaction.tenant, data["id"], transaction.session)
    if found is None:
        return
    said = Acknowledgment(parse_rfc3339(data["completed_at"]), dict(data.get("counts") or {}))
    after = found.acknowledged(data["service"], said, transaction.now)
    if after is not found:
        store.erasure_requests.save(transaction.session, after)
