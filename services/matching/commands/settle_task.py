"""A task is done, dismissed, or opened again."""

from services.matching.domain.task import Task, TaskState
from services.matching.store import Store
from shared.messaging.unit_of_work import Transaction


def settle_task(transaction: Transaction, store: Store, task: Task, state: TaskState, by: str | None) -> Task:
    """Brings it where it is wanted; where it is there already, nothing changes. Raises IllegalTransition."""
    if state is task.state:
        return task
    return store.tasks.save(transaction.session, task.moved_to(state, by, transaction.now))
