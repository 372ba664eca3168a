"""Requests that can no longer be accepted are taken off the table."""

from collections.abc import Sequence

from services.matching.commands.announce_request import announce_request
from services.matching.commands.send_next_request import send_next_request
from services.matching.domain.request import Request
from services.matching.store import Store
from shared.messaging.unit_of_work import Transaction


def invalidate_requests(transaction: Transaction, store: Store, requests: Sequence[Request], reason: str) -> None:
    """Invalidates these open requests, for a reason code of `request.invalidated`; their lists move on."""
    settled = [
        store.requests.save(transaction.session, request.invalidated(reason, transaction.now)) for request in requests
    ]
    for request in settled:
        following = send_next_request(transaction, store, request) if request.was_sent else None
        offers_next = True if following is not None else None
        announce_request(transaction, "request.invalidated.v1", request, reason=reason, offers_next=offers_next)
