"""A pair follows a goal, puts it otherwise, achieves or drops it."""

from dataclasses import dataclass

from services.matching.commands.rate import settle_after_drop
from services.matching.domain.goal import Goal, GoalState
from services.matching.domain.mentorship import Mentorship
from services.matching.store import Store
from shared.messaging.unit_of_work import Transaction


@dataclass(frozen=True, slots=True)
class GoalChange:
    """How the goal is to be afterwards."""

    statement: str
    measure: str | None
    target_date: str | None
    state: GoalState


def change_goal(
    transaction: Transaction, store: Store, mentorship: Mentorship, goal: Goal, by: str, change: GoalChange
) -> Goal:
    """Brings the goal where the change wants it; what is so already is no change.

    Raises NotFound, IllegalTransition.
    """
    side, now, changed = mentorship.side_of(by), transaction.now, goal
    if (change.statement, change.measure, change.target_date) != (goal.statement, goal.measure, goal.target_date):
        changed = changed.revised(
            side, now, statement=change.statement, measure=change.measure, target_date=change.target_date
        )
    if change.state is not goal.state:
        changed = changed.closed(change.state, now)
    if changed == goal:
        return goal
    mentorship.require_aim()
    saved = store.goals.save(transaction.session, changed)
    if saved.state is GoalState.DROPPED:
        settle_after_drop(transaction, store, mentorship)
    return saved


def note_progress(
    transaction: Transaction, store: Store, mentorship: Mentorship, goal: Goal, by: str, text: str
) -> Goal:
    """One more entry. Raises NotFound, IllegalTransition, EnoughProgress."""
    side = mentorship.side_of(by)
    mentorship.require_work()
    return store.goals.save(transaction.session, goal.progressed(side, text, transaction.now))
