"""A mentor says yes."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from services.matching.commands.announce_request import announce_request
from services.matching.commands.start_mentorship import start_mentorship
from services.matching.domain.enrollment import Role
from services.matching.domain.member import Member
from services.matching.domain.mentorship import Origin
from services.matching.domain.program import Program
from services.matching.domain.request import Request
from services.matching.store import Store
from shared.messaging.unit_of_work import Transaction


@dataclass(frozen=True, slots=True)
class Accepted:
    """The request as it is now, and those of the two of whom profiles have told."""

    request: Request
    people: Mapping[str, Member]


def accept_request(transaction: Transaction, store: Store, request: Request, program: Program, by: str) -> Accepted:
    """One step: the seat is taken, the mentorship made, and what competed with it invalidated.

    `program` is the request's. Raises NotFound, Forbidden for the mentee, and the Conflicts of `start_mentorship` or of
    the request's own state.
    """
    request.require(Role.MENTOR, by)
    accepted = request.accepted(transaction.now)
    pairing = start_mentorship(
        transaction,
        store,
        program,
        request.mentor_id,
        request.mentee_id,
        origin=Origin.REQUEST,
        request_id=request.id,
        answered_within=accepted.hours_to_answer if request.answered_at is None else None,
    )
    mentorship_id = pairing.mentorship.id
    saved = store.requests.save(transaction.session, replace(accepted, mentorship_id=mentorship_id))
    announce_request(transaction, "request.accepted.v1", saved, mentorship_id=mentorship_id)
    return Accepted(saved, pairing.people)
