"""A request's time: the mentor is reminded, then it expires."""

from services.matching.commands.announce_request import announce_request
from services.matching.commands.go_on_asking import go_on_asking
from services.matching.commands.invalidate_requests import invalidate_requests
from services.matching.commands.note_response import note_silence
from services.matching.domain.program import PROGRAM
from services.matching.domain.request import Request, RequestState
from services.matching.store import Store
from shared.messaging.unit_of_work import Transaction


def follow_up_request(transaction: Transaction, store: Store, request_id: str) -> None:
    """Does what is due now, whatever was due when a worker looked: a settled or already reminded one is left alone."""
    session, now = transaction.session, transaction.now
    request = store.requests.find(transaction.tenant, request_id, session)
    if request is None or request.due_at is None or request.due_at > now:
        return
    program = store.programs.get(transaction.tenant, request.program_id, session)
    if not PROGRAM.allows(program.state, "match"):
        invalidate_requests(transaction, store, [request], "program_over")
        return
    if request.expires_at is not None and request.expires_at > now:
        reminded = store.requests.save(session, request.reminded(now))
        announce_request(transaction, "request.reminded.v1", reminded)
        return
    _expire(transaction, store, request)


def _expire(transaction: Transaction, store: Store, request: Request) -> None:
    expired = store.requests.save(transaction.session, request.expired(transaction.now))
    if request.state is not RequestState.INFO_REQUESTED:
        # Of one who asked back it is the mentee who stayed silent.
        note_silence(transaction, store, expired)
    offers_next = go_on_asking(transaction, store, expired)
    announce_request(transaction, "request.expired.v1", expired, offers_next=offers_next)
