"""A mentee who has asked nobody is reminded that nothing begins by itself."""

from services.matching.commands.create_task import create_task
from services.matching.commands.eligibility import NotTakingPart, require_taking_part
from services.matching.commands.settle_task import settle_task
from services.matching.domain.enrollment import Enrollment, Role
from services.matching.domain.program import PROGRAM, Program
from services.matching.domain.task import TaskState
from services.matching.store import Store
from shared.messaging.unit_of_work import Transaction

FIRST_REQUEST = "first_request"


def remind_to_ask(transaction: Transaction, store: Store, enrollment_id: str) -> None:
    """A task for the mentee on each day that the program names, unless they have asked somebody or had a mentor."""
    tenant, session, now = transaction.tenant, transaction.session, transaction.now
    enrollment = store.enrollments.find(tenant, enrollment_id, session)
    if enrollment is None or enrollment.due_at is None or enrollment.due_at > now:
        return
    program = store.programs.get(tenant, enrollment.program_id, session)
    store.enrollments.put_off(session, enrollment.reminded(program.settings.first_request_days, now))
    if not PROGRAM.allows(program.state, "request") or not _has_not_begun(transaction, store, program, enrollment):
        return
    settle_first_request(transaction, store, program.id, enrollment.member_id, TaskState.DISMISSED)
    create_task(
        transaction, store, FIRST_REQUEST, program_id=program.id, assignee_ids=(enrollment.member_id,), reason="waiting"
    )


def settle_first_request(
    transaction: Transaction, store: Store, program_id: str, mentee_id: str, state: TaskState = TaskState.DONE
) -> None:
    """Settles what the mentee was to do for it: they have asked, were given a mentor, or are told once more."""
    found = store.tasks.open_of(transaction.session, transaction.tenant, program_id, mentee_id, FIRST_REQUEST)
    for task in found:
        settle_task(transaction, store, task, state, None)


def _has_not_begun(transaction: Transaction, store: Store, program: Program, enrollment: Enrollment) -> bool:
    tenant, session, member_id = transaction.tenant, transaction.session, enrollment.member_id
    try:
        require_taking_part(transaction, store, program, member_id, Role.MENTEE)
    except NotTakingPart:
        return False
    if store.requests.ever_asked(tenant, enrollment.program_id, member_id, session):
        return False
    return not store.mentorships.ever_of_mentee(session, tenant, enrollment.program_id, member_id)
