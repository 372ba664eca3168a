"""Requests that can no longer be accepted are taken off the table."""

from collections.abc import Sequence

from services.matching.commands.announce_request import announce_request
from services.matching.commands.send_next_request import send_next_request
from services.matching.domain.request import Request
from services.matching.store import Store
from shared.messaging.unit_of_work import Transaction

BY_THE_MENTOR = frozenset({"mentor_full", "mentor_paused"})
"""Reasons after which the mentee asks on."""

OVER_FOR_THE_MENTEE = frozenset({"mentee_matched", "mentee_paused"})
"""Reasons after which nothing that the mentee asked is open any more."""


def invalidate_requests(transaction: Transaction, store: Store, requests: Sequence[Request], reason: str) -> None:
    """Invalidates these open requests, for a reason code of `request.invalidated`; their lists move on."""
    session, tenant = transaction.session, transaction.tenant
    settled = [store.requests.save(session, request.invalidated(reason, transaction.now)) for request in requests]
    sent = [request for request in settled if request.was_sent]
    asks_on = bool(sent) and reason in BY_THE_MENTOR
    others = asks_on and store.loads.somebody_is_free(session, tenant, sent[0].program_id)
    for request in sent:
        over = reason in OVER_FOR_THE_MENTEE
        following = None if over else send_next_request(transaction, store, request)
        offers_next = True if following is not None or others else None
        announce_request(transaction, "request.invalidated.v1", request, reason=reason, offers_next=offers_next)
