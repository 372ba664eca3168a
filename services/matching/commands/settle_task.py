"""A task is done, dismissed, or opened again, and what is planned goes with it."""

from services.matching.domain.plan_item import PlanItemState
from services.matching.domain.task import PLAN_ITEM, TASK, VERBS, Task, TaskState
from services.matching.domain.template import ItemKind
from services.matching.store import Store
from shared.messaging.unit_of_work import Transaction

_PLANNED = {
    TaskState.DONE: PlanItemState.DONE,
    TaskState.DISMISSED: PlanItemState.SKIPPED,
    TaskState.OPEN: PlanItemState.OPEN,
}


def settle_task(transaction: Transaction, store: Store, task: Task, state: TaskState, by: str | None) -> Task:
    """Brings it where it is wanted; where it is there already, nothing changes.

    Raises IllegalTransition, also for what is planned while the pair rests, or after its end.
    """
    if state is task.state:
        return task
    saved = store.tasks.save(transaction.session, task.moved_to(state, by, transaction.now))
    if saved.kind == PLAN_ITEM and by is not None:
        _settle_planned(transaction, store, saved)
    return saved


def settle_open_task(transaction: Transaction, store: Store, task_id: str, state: TaskState, by: str | None) -> None:
    """Brings it there if it is open still, whoever settled or forgot it before."""
    task = store.tasks.find(transaction.tenant, task_id, transaction.session)
    if task is not None and TASK.allows(task.state, VERBS[state]):
        settle_task(transaction, store, task, state, by)


def _settle_planned(transaction: Transaction, store: Store, task: Task) -> None:
    """The owner says of the task what they say of the item, and when; of a milestone they say it with its evidence."""
    item = store.plan_items.of_task(transaction.session, transaction.tenant, task.id)
    if item is None or item.kind is ItemKind.MILESTONE:
        return
    store.mentorships.get(transaction.tenant, item.mentorship_id, transaction.session).require_aim()
    state = _PLANNED[task.state]
    if item.state is not state:
        store.plan_items.save(transaction.session, item.moved_to(state, transaction.now))
