"""A pair goes on for longer: one proposes a later end, the other agrees to that very day."""

from datetime import date

from services.matching.commands.announce_mentorship import announce_state
from services.matching.commands.create_task import create_task
from services.matching.commands.eligibility import require_nobody_suspended
from services.matching.commands.rate import leave_closing_rating
from services.matching.commands.settle_task import settle_open_task
from services.matching.domain.mentorship import Extension, Mentorship
from services.matching.domain.task import TaskState
from services.matching.store import Store
from shared.messaging.unit_of_work import Transaction

EXTENSION = "extension"
"""The kind of the task of whoever has not said yes yet."""


def extend_mentorship(
    transaction: Transaction, store: Store, mentorship: Mentorship, by: str, ends_on: date
) -> Mentorship:
    """The later end, if the other one proposed it; else it is proposed to them, instead of what was proposed before.

    A proposal is a task of the other one. Raises NotFound, IllegalTransition, Invalid, and PartySuspended for
    what would make it active again.
    """
    program = store.programs.get(transaction.tenant, mentorship.program_id, transaction.session)
    changed = mentorship.extended(ends_on, by, program.settings.duration_weeks[1], transaction.now)
    if changed == mentorship:
        return mentorship
    if changed.state is not mentorship.state:
        require_nobody_suspended(transaction, store, mentorship)
    if mentorship.extension is not None:
        _settle(transaction, store, mentorship.extension, by)
    if changed.extension is not None:
        changed = _proposed(transaction, store, changed, changed.extension)
        return store.mentorships.save(transaction.session, changed)
    saved = store.mentorships.save(transaction.session, changed)
    announce_state(transaction, "mentorship.extended.v1", saved)
    leave_closing_rating(transaction, store, saved)
    return saved


def drop_extension(transaction: Transaction, store: Store, extension: Extension) -> None:
    """What was proposed is overtaken, and nobody has to answer it."""
    if extension.task_id is not None:
        settle_open_task(transaction, store, extension.task_id, TaskState.DISMISSED, None)


def _proposed(transaction: Transaction, store: Store, mentorship: Mentorship, extension: Extension) -> Mentorship:
    other = mentorship.partner_of(extension.proposed_by)
    task = create_task(
        transaction,
        store,
        EXTENSION,
        program_id=mentorship.program_id,
        mentorship=mentorship,
        assignee_ids=(other,),
        due_on=mentorship.ends_on,
    )
    return mentorship.with_extension(extension, task.id)


def _settle(transaction: Transaction, store: Store, extension: Extension, by: str) -> None:
    """Nobody has to answer any more what was answered, or withdrawn by whoever proposed it."""
    if extension.task_id is not None:
        state = TaskState.DISMISSED if extension.proposed_by == by else TaskState.DONE
        settle_open_task(transaction, store, extension.task_id, state, by)
