"""A mentee takes a request back."""

from services.matching.commands.announce_request import announce_request
from services.matching.domain.enrollment import Role
from services.matching.domain.request import Mode, Request, RequestState
from services.matching.store import Store
from shared.messaging.unit_of_work import Transaction


def withdraw_request(transaction: Transaction, store: Store, request: Request, by: str) -> Request:
    """Withdraws it; with the one in hand of a list asked one after the other, what is queued behind goes too.

    Raises NotFound, Forbidden, IllegalTransition.
    """
    request.require(Role.MENTEE, by)
    session, tenant, now = transaction.session, transaction.tenant, transaction.now
    saved = store.requests.save(session, request.withdrawn(now))
    announce_request(transaction, "request.withdrawn.v1", saved)
    if request.state is RequestState.QUEUED or request.mode is not Mode.SEQUENTIAL or request.list_id is None:
        return saved
    while (queued := store.requests.next_of_list(session, tenant, request.list_id)) is not None:
        store.requests.save(session, queued.withdrawn(now))
    return saved
