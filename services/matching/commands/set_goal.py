"""A pair sets itself a goal, by itself or by what it agreed on."""

from services.matching.commands.rate import rate, rates_themselves
from services.matching.domain.agreement import MOST_GOALS, Agreement
from services.matching.domain.enrollment import Role
from services.matching.domain.goal import EnoughGoals, Goal, GoalState
from services.matching.domain.mentorship import Mentorship
from services.matching.domain.rating import Moment
from services.matching.store import Store
from shared.errors import Fault, Invalid
from shared.ids import new_id
from shared.messaging.unit_of_work import Transaction


def set_goal(
    transaction: Transaction,
    store: Store,
    mentorship: Mentorship,
    by: str,
    *,
    statement: str,
    measure: str | None = None,
    target_date: str | None = None,
    baseline: int | None = None,
) -> Goal:
    """A new one, open; `baseline` is how far the mentee says they are, or a peer of themselves.

    Raises NotFound, IllegalTransition, EnoughGoals, Invalid where the mentor gives the baseline.
    """
    side = mentorship.side_of(by)
    mentorship.require_aim()
    if baseline is not None and not rates_themselves(transaction, store, mentorship, side):
        raise Invalid([Fault("/baseline", "How far the mentee is, the mentee says.")])
    # Whoever sets another one at this moment meets us here, and one of both counts again.
    store.mentorships.hold(transaction.session, transaction.tenant, mentorship.id)
    if len(store.goals.open_of(transaction.session, mentorship)) >= MOST_GOALS:
        raise EnoughGoals
    goal = _goal(transaction, mentorship, side, statement, measure=measure, target_date=target_date)
    store.goals.insert(transaction.session, goal)
    if baseline is not None:
        rate(transaction, store, mentorship, by, moment=Moment.BEFORE, level=baseline, goal=goal)
    return goal


def set_agreed_goals(transaction: Transaction, store: Store, mentorship: Mentorship, agreement: Agreement) -> None:
    """What an agreement names as it comes into force becomes a goal, unless it is one already.

    A goal that an earlier version named, and this one does not, is dropped; what the pair set by itself stays.
    """
    named = {statement.casefold(): statement for statement in agreement.terms.goals}
    known = store.goals.of(transaction.tenant, [mentorship.id], transaction.session)
    for goal in known:
        agreed_before = goal.agreed_in is not None and goal.state is GoalState.OPEN
        if agreed_before and goal.statement.casefold() not in named:
            store.goals.save(transaction.session, goal.closed(GoalState.DROPPED, transaction.now))
    kept = {goal.statement.casefold() for goal in known if goal.state is not GoalState.DROPPED}
    side = mentorship.side_of(agreement.proposed_by)
    for folded, statement in named.items():
        if folded not in kept:
            goal = _goal(transaction, mentorship, side, statement, agreed_in=agreement.version)
            store.goals.insert(transaction.session, goal)


def _goal(
    transaction: Transaction,
    mentorship: Mentorship,
    side: Role,
    statement: str,
    *,
    measure: str | None = None,
    target_date: str | None = None,
    agreed_in: int | None = None,
) -> Goal:
    return Goal(
        id=new_id(),
        tenant=transaction.tenant,
        version=1,
        updated_at=transaction.now,
        mentorship_id=mentorship.id,
        program_id=mentorship.program_id,
        statement=statement,
        words_by=side,
        measure=measure,
        target_date=target_date,
        agreed_in=agreed_in,
    )
