"""One of the two says how far the mentee is with a goal or a skill."""

from services.matching.commands.create_task import create_task
from services.matching.commands.settle_task import settle_task
from services.matching.domain.enrollment import Role
from services.matching.domain.goal import Goal, GoalState
from services.matching.domain.mentorship import Mentorship
from services.matching.domain.rating import Moment, Rating, require_moment
from services.matching.domain.task import TaskState
from services.matching.store import Store
from shared.ids import new_id
from shared.messaging.unit_of_work import Transaction

CLOSING_RATING = "closing_rating"
"""The kind of the mentee's task to say how far they are at the end."""


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
    store.ratings.add(transaction.session, rating)
    if moment is Moment.END and side is Role.MENTEE:
        # Of two at this moment each would see the other's goal unrated: they meet here, and one of both looks again.
        store.mentorships.hold(transaction.session, transaction.tenant, mentorship.id)
        if not _unrated(transaction, store, mentorship):
            _settle_closing(transaction, store, mentorship, TaskState.DONE, by)
    return rating


def ask_closing_rating(transaction: Transaction, store: Store, mentorship: Mentorship) -> None:
    """The mentee is asked once, where there is a goal to look back on."""
    asked = store.tasks.open_of_pair(transaction.session, mentorship, CLOSING_RATING)
    if asked or not _unrated(transaction, store, mentorship):
        return
    create_task(
        transaction,
        store,
        CLOSING_RATING,
        program_id=mentorship.program_id,
        mentorship=mentorship,
        assignee_ids=(mentorship.mentee_id,),
    )


def leave_closing_rating(transaction: Transaction, store: Store, mentorship: Mentorship) -> None:
    """The end is not yet, or leaves nothing to say."""
    _settle_closing(transaction, store, mentorship, TaskState.DISMISSED, None)


def settle_after_drop(transaction: Transaction, store: Store, mentorship: Mentorship) -> None:
    """A goal was dropped: where no other is left to look back on, nobody is asked to."""
    # Whoever rates the last other one at this moment meets us here, as in `rate`.
    store.mentorships.hold(transaction.session, transaction.tenant, mentorship.id)
    if not _unrated(transaction, store, mentorship):
        leave_closing_rating(transaction, store, mentorship)


def _unrated(transaction: Transaction, store: Store, mentorship: Mentorship) -> bool:
    """Whether there is a goal, not dropped, of which the mentee has not said how it ended."""
    goals = store.goals.of(transaction.tenant, [mentorship.id], transaction.session)
    rated = store.ratings.of_mentee(transaction.tenant, goals, transaction.session)
    return any((each.id, Moment.END) not in rated for each in goals if each.state is not GoalState.DROPPED)


def _settle_closing(
    transaction: Transaction, store: Store, mentorship: Mentorship, state: TaskState, by: str | None
) -> None:
    for task in store.tasks.open_of_pair(transaction.session, mentorship, CLOSING_RATING):
        settle_task(transaction, store, task, state, by)
