"""A request's time: the mentor is reminded, then it expires."""

from services.matching.commands.announce_request import announce_request
from services.matching.commands.send_next_request import send_next_request
from services.matching.store import Store
from shared.messaging.unit_of_work import Transaction


def follow_up_request(transaction: Transaction, store: Store, request_id: str) -> None:
    """Does what is due now, whatever was due when a worker looked: a settled or already reminded one is left alone."""
    session, now = transaction.session, transaction.now
    request = store.requests.find(transaction.tenant, request_id, session)
    if request is None or request.due_at is None or request.due_at > now:
        return
    if request.expires_at is not None and request.expires_at > now:
        reminded = store.requests.save(session, request.reminded(now))
        announce_request(transaction, "request.reminded.v1", reminded)
        return
    expired = store.requests.save(session, request.expired(now))
    following = send_next_request(transaction, store, expired)
    offers_next = True if following is not None else None
    announce_request(transaction, "request.expired.v1", expired, offers_next=offers_next)
