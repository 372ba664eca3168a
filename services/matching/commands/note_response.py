"""How a mentor responds is counted; whoever stays silent again and again gets a break."""

from services.matching.commands.write_enrollment import write_enrollment
from services.matching.domain.enrollment import ENROLLMENT, SILENT, Role
from services.matching.domain.request import Request
from services.matching.store import Store
from shared.messaging.unit_of_work import Transaction


def note_answer(transaction: Transaction, store: Store, before: Request, answered: Request) -> None:
    """The mentor asked back or declined; an acceptance is noted with the seat that it takes."""
    hours = answered.hours_to_answer if before.answered_at is None else None
    store.loads.note_answer(transaction.session, transaction.tenant, answered.program_id, answered.mentor_id, hours)


def note_silence(transaction: Transaction, store: Store, expired: Request) -> None:
    """The mentor let it expire: after so many in a row, as the program has it, their enrollment is paused.

    The mentor is told, and comes back by resuming it.
    """
    tenant, session = transaction.tenant, transaction.session
    load = store.loads.note_silence(session, tenant, expired.program_id, expired.mentor_id)
    program = store.programs.get(tenant, expired.program_id, session)
    if load is None or load.expired_in_a_row < program.settings.expired_in_a_row:
        return
    enrollment = store.enrollments.find_of(tenant, program.id, expired.mentor_id, Role.MENTOR, session)
    if enrollment is not None and ENROLLMENT.allows(enrollment.state, "pause"):
        paused = enrollment.moved("pause", transaction.now, SILENT)
        write_enrollment(transaction, store, paused, "enrollment.paused.v1")
