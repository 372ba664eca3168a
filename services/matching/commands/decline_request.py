"""A mentor says no."""

from services.matching.commands.announce_request import announce_request
from services.matching.commands.go_on_asking import go_on_asking
from services.matching.commands.note_response import note_answer
from services.matching.commands.write_enrollment import write_enrollment
from services.matching.domain.enrollment import BY_MEMBER, ENROLLMENT, Role
from services.matching.domain.request import Request
from services.matching.store import Store
from shared.messaging.unit_of_work import Transaction


def decline_request(
    transaction: Transaction, store: Store, request: Request, by: str, reason: str, *, make_unavailable: bool = False
) -> Request:
    """Declines for a reason code; a list asked one after the other moves on.

    `make_unavailable` also pauses the mentor's enrollment: nobody is shown them from then on, and what else they were
    asked is invalidated. Raises NotFound, Forbidden, IllegalTransition.
    """
    request.require(Role.MENTOR, by)
    saved = store.requests.save(transaction.session, request.declined(reason, transaction.now))
    note_answer(transaction, store, request, saved)
    if make_unavailable:
        _pause(transaction, store, saved)
    offers_next = go_on_asking(transaction, store, saved)
    announce_request(transaction, "request.declined.v1", saved, reason=reason, offers_next=offers_next)
    return saved


def _pause(transaction: Transaction, store: Store, declined: Request) -> None:
    tenant, session = transaction.tenant, transaction.session
    enrollment = store.enrollments.find_of(tenant, declined.program_id, declined.mentor_id, Role.MENTOR, session)
    if enrollment is not None and ENROLLMENT.allows(enrollment.state, "pause"):
        paused = enrollment.moved("pause", transaction.now, BY_MEMBER)
        write_enrollment(transaction, store, paused, "enrollment.paused.v1")
