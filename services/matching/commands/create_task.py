"""Somebody gets something to do."""

from collections.abc import Sequence

from services.matching.domain.mentorship import Mentorship
from services.matching.domain.task import Task
from services.matching.store import Store
from shared.ids import new_id
from shared.messaging.unit_of_work import Transaction


def create_task(
    transaction: Transaction,
    store: Store,
    kind: str,
    *,
    program_id: str,
    mentorship: Mentorship | None = None,
    mentor_id: str | None = None,
    mentee_id: str | None = None,
    assignee_ids: Sequence[str] = (),
    due_on: str | None = None,
    reason: str | None = None,
) -> Task:
    """A new task of a code's kind, announced once as `task.created`.

    Without assignees it is for staff: every coordinator sees it, those of the program are told. With them it is theirs
    alone. Of a mentorship its two are whom it is about. Raises NotFound for a program that is not there.
    """
    if mentorship is not None:
        mentor_id, mentee_id = mentorship.parties
    program = store.programs.get(transaction.tenant, program_id, transaction.session)
    task = Task(
        id=new_id(),
        tenant=transaction.tenant,
        version=1,
        updated_at=transaction.now,
        created_at=transaction.now,
        kind=kind,
        program_id=program_id,
        staff=not assignee_ids,
        assignee_ids=tuple(assignee_ids) or program.coordinator_ids,
        mentorship_id=None if mentorship is None else mentorship.id,
        mentor_id=mentor_id,
        mentee_id=mentee_id,
        due_on=due_on,
        reason=reason,
    )
    store.tasks.insert(transaction.session, task)
    facts = {
        "id": task.id,
        "kind": task.kind,
        "program_id": task.program_id,
        "assignee_ids": list(task.assignee_ids),
        "mentorship_id": task.mentorship_id,
        "mentor_id": task.mentor_id,
        "mentee_id": task.mentee_id,
        "due_on": task.due_on,
        "reason": task.reason,
    }
    said = {name: value for name, value in facts.items() if value not in (None, [])}
    transaction.publish("task.created.v1", key=task.id, version=task.version, data=said)
    return task
