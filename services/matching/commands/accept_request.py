"""A mentor says yes."""

from dataclasses import replace

from services.matching.commands.announce_request import announce_request
from services.matching.commands.start_mentorship import start_mentorship
from services.matching.domain.enrollment import Role
from services.matching.domain.mentorship import Origin
from services.matching.domain.request import Request
from services.matching.store import Store
from shared.messaging.unit_of_work import Transaction


def accept_request(transaction: Transaction, store: Store, request: Request, by: str) -> Request:
    """One step: the seat is taken, the mentorship made, and what competed with it invalidated.

    Raises NotFound, Forbidden for the mentee, and the Conflicts of `start_mentorship` or of the request's own state.
    """
    request.require(Role.MENTOR, by)
    accepted = request.accepted(transaction.now)
    program = store.programs.get(transaction.tenant, request.program_id, transaction.session)
    mentorship = start_mentorship(
        transaction,
        store,
        program,
        request.mentor_id,
        request.mentee_id,
        origin=Origin.REQUEST,
        request_id=request.id,
        answered_within=accepted.hours_to_answer if request.answered_at is None else None,
    )
    saved = store.requests.save(transaction.session, replace(accepted, mentorship_id=mentorship.id))
    announce_request(transaction, "request.accepted.v1", saved, mentorship_id=mentorship.id)
    return saved
