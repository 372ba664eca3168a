"""One of the two says how far the mentee, or a peer themselves, is with a goal or a skill."""

from services.matching.commands.create_task import create_task
from services.matching.commands.session_times import program_of
from services.matching.commands.settle_task import settle_task
from services.matching.domain.enrollment import Role
from services.matching.domain.goal import Goal, GoalState
from services.matching.domain.mentorship import Mentorship
from services.matching.domain.peers import rates_as
from services.matching.domain.rating import Moment, Rating, require_moment
from services.matching.domain.task import TaskState
from services.matching.store import Store
from shared.ids import new_id
from shared.messaging.unit_of_work import Transaction

CLOSING_RATING = "closing_rating"
"""The kind of the task to say how far one is at the end: the mentee's, or each peer's."""


def rate(
    transaction: Transaction,
    store: Store,
    mentorship: Mentorship,
    by: str,
    *,
    moment: Moment,
    level: int,
    goal: Goal | None = None,
    skill: str | None = None,
) -> Rating:
    """The number, of a goal or else of a skill. Raises NotFound, NotRatedNow, RatedAlready."""
    side = mentorship.side_of(by)
    require_moment(moment, mentorship.state)
    rating = Rating(
        id=new_id(),
        tenant=transaction.tenant,
        version=1,
        updated_at=transaction.now,
        mentorship_id=mentorship.id,
        program_id=mentorship.program_id,
        about=goal.id if goal is not None else (skill or "").strip().casefold(),
        moment=moment,
        level=level,
        by=side,
        rated_at=transaction.now,
        goal_id=None if goal is None else goal.id,
        skill=None if goal is not None else skill,
    )
    # A merge may have peers change sides at this moment, and of two who rate each would see the other's goal unrated:
    # they meet here, and one of both looks again.
    store.mentorships.hold(transaction.session, transaction.tenant, mentorship.id)
    store.ratings.add(transaction.session, rating)
    at_the_end = moment is Moment.END and rates_themselves(transaction, store, mentorship, side)
    if at_the_end and not _unrated(transaction, store, mentorship, side):
        _settle_closing(transaction, store, mentorship, TaskState.DONE, by)
    return rating


def ask_closing_rating(transaction: Transaction, store: Store, mentorship: Mentorship) -> None:
    """The mentee, of peers each, is asked once, where there is a goal to look back on."""
    if store.tasks.open_of_pair(transaction.session, mentorship, CLOSING_RATING):
        return
    for side, member_id in zip((Role.MENTOR, Role.MENTEE), mentorship.parties, strict=True):
        if rates_themselves(transaction, store, mentorship, side) and _unrated(transaction, store, mentorship, side):
            create_task(
                transaction,
                store,
                CLOSING_RATING,
                program_id=mentorship.program_id,
                mentorship=mentorship,
                assignee_ids=(member_id,),
            )


def leave_closing_rating(transaction: Transaction, store: Store, mentorship: Mentorship) -> None:
    """The end is not yet, or leaves nothing to say."""
    _settle_closing(transaction, store, mentorship, TaskState.DISMISSED)


def settle_after_drop(transaction: Transaction, store: Store, mentorship: Mentorship) -> None:
    """A goal was dropped: whoever has no other left to look back on is not asked to."""
    # Whoever rates the last other one at this moment meets us here, as in `rate`.
    store.mentorships.hold(transaction.session, transaction.tenant, mentorship.id)
    for side, member_id in zip((Role.MENTOR, Role.MENTEE), mentorship.parties, strict=True):
        asked = rates_themselves(transaction, store, mentorship, side)
        if asked and not _unrated(transaction, store, mentorship, side):
            _settle_closing(transaction, store, mentorship, TaskState.DISMISSED, member_id)


def rates_themselves(transaction: Transaction, store: Store, mentorship: Mentorship, side: Role) -> bool:
    """Whether the numbers of this one of the two are about themselves: the mentee's are, of peers everybody's."""
    return side is rates_as(program_of(transaction, store, mentorship).format, side)


def _unrated(transaction: Transaction, store: Store, mentorship: Mentorship, side: Role) -> bool:
    """Whether there is a goal, not dropped, of which this one of the two has not said how it ended."""
    goals = store.goals.of(transaction.tenant, [mentorship.id], transaction.session)
    rated = store.ratings.said_by(transaction.tenant, goals, side, transaction.session)
    return any((each.id, Moment.END) not in rated for each in goals if each.state is not GoalState.DROPPED)


def _settle_closing(
    transaction: Transaction, store: Store, mentorship: Mentorship, state: TaskState, whose: str | None = None
) -> None:
    """That of one of the two, or of both. A task keeps the id that its assignee had: what is not the partner's."""
    others = frozenset[str]()
    if whose is not None:
        others = store.merges.known_as(transaction.tenant, mentorship.partner_of(whose), transaction.session)
    for task in store.tasks.open_of_pair(transaction.session, mentorship, CLOSING_RATING):
        if others.isdisjoint(task.assignee_ids):
            settle_task(transaction, store, task, state, whose if state is TaskState.DONE else None)
