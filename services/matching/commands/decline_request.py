"""A mentor says no."""

from services.matching.commands.announce_request import announce_request
from services.matching.commands.send_next_request import send_next_request
from services.matching.domain.enrollment import Role
from services.matching.domain.request import Request
from services.matching.store import Store
from shared.messaging.unit_of_work import Transaction


def decline_request(transaction: Transaction, store: Store, request: Request, by: str, reason: str) -> Request:
    """Declines for a reason code; a list asked one after the other moves on.

    Raises NotFound, Forbidden, IllegalTransition.
    """
    request.require(Role.MENTOR, by)
    saved = store.requests.save(transaction.session, request.declined(reason, transaction.now))
    following = send_next_request(transaction, store, saved)
    offers_next = True if following is not None else None
    announce_request(transaction, "request.declined.v1", saved, reason=reason, offers_next=offers_next)
    return saved
