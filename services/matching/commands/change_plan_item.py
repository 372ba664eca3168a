"""One of a pair does, skips or takes up again what is planned."""

from services.matching.commands.settle_task import settle_open_task
from services.matching.domain.mentorship import Mentorship
from services.matching.domain.milestone import Milestone, MilestoneState
from services.matching.domain.plan_item import FollowsItsMilestone, PlanItem, PlanItemState
from services.matching.domain.task import TaskState
from services.matching.domain.template import ItemKind
from services.matching.store import Store
from shared.messaging.unit_of_work import Transaction

_TASKS = {
    PlanItemState.DONE: TaskState.DONE,
    PlanItemState.SKIPPED: TaskState.DISMISSED,
    PlanItemState.OPEN: TaskState.OPEN,
}

_OF_MILESTONES = {MilestoneState.COMPLETED: PlanItemState.DONE, MilestoneState.DROPPED: PlanItemState.SKIPPED}


def change_plan_item(
    transaction: Transaction, store: Store, mentorship: Mentorship, item: PlanItem, by: str, state: PlanItemState
) -> PlanItem:
    """Brings it there, and the task its owner was told by; where it is there already, nothing changes.

    Raises NotFound, Forbidden for the partner of its owner, FollowsItsMilestone, IllegalTransition.
    """
    item.require_owner(mentorship.side_of(by))
    if state is item.state:
        return item
    if item.kind is ItemKind.MILESTONE:
        raise FollowsItsMilestone(item.milestone_id)
    mentorship.require_aim()
    return _settled(transaction, store, item, state, by)


def follow_milestone(transaction: Transaction, store: Store, milestone: Milestone, by: str) -> None:
    """A milestone of the plan was completed, dropped or put off: so was its item."""
    if milestone.plan_item_id is None:
        return
    item = store.plan_items.find(transaction.tenant, milestone.plan_item_id, transaction.session)
    if item is None or item.state is not PlanItemState.OPEN:
        return
    state = _OF_MILESTONES.get(milestone.state)
    if state is not None:
        _settled(transaction, store, item, state, by)
    elif milestone.due_on is not None and milestone.due_on != item.due_on:
        store.plan_items.save(transaction.session, item.put_off(milestone.due_on, transaction.now))


def _settled(transaction: Transaction, store: Store, item: PlanItem, state: PlanItemState, by: str) -> PlanItem:
    saved = store.plan_items.save(transaction.session, item.moved_to(state, transaction.now))
    if item.task_id is not None:
        settle_open_task(transaction, store, item.task_id, _TASKS[state], by)
    return saved
