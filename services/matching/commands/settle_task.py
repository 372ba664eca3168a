"""A task is done, dismissed, or opened again."""

from services.matching.domain.task import TASK, VERBS, Task, TaskState
from services.matching.store import Store
from shared.messaging.unit_of_work import Transaction


def settle_task(transaction: Transaction, store: Store, task: Task, state: TaskState, by: str | None) -> Task:
    """Brings it where it is wanted; where it is there already, nothing changes. Raises IllegalTransition."""
    if state is task.state:
        return task
    return store.tasks.save(transaction.session, task.moved_to(state, by, transaction.now))


def settle_open_task(transaction: Transaction, store: Store, task_id: str, state: TaskState, by: str | None) -> None:
    """Brings it there if it is open still, whoever settled or forgot it before."""
    task = store.tasks.find(transaction.tenant, task_id, transaction.session)
    if task is not None and TASK.allows(task.state, VERBS[state]):
        settle_task(transaction, store, task, state, by)
