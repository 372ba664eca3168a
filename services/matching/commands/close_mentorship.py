"""A mentorship is over: well, or before its time."""

from services.matching.commands.announce_mentorship import announce_session, announce_state
from services.matching.commands.answer_introduction import withdraw_introductions
from services.matching.commands.ask_feedback import ask_at_close, ask_at_early_end, plan_impacts
from services.matching.commands.create_task import create_task
from services.matching.commands.mentor_seats import release_seats
from services.matching.commands.rate import CLOSING_RATING, ask_closing_rating
from services.matching.commands.session_times import late_cancellation
from services.matching.commands.settle_task import settle_task
from services.matching.domain.mentorship import REMATCH, TOLD_AS_NO_FAULT, Mentorship, MentorshipState
from services.matching.domain.task import TaskState
from services.matching.store import Store
from shared.messaging.unit_of_work import Transaction


def complete_mentorship(transaction: Transaction, store: Store, mentorship: Mentorship) -> Mentorship:
    """Its good end; what is still active passes through `completing` in the same step. Raises IllegalTransition."""
    now = transaction.now
    if mentorship.state is MentorshipState.ACTIVE:
        mentorship = store.mentorships.save(transaction.session, mentorship.moved("wind_down", now))
        announce_state(transaction, "mentorship.completing.v1", mentorship)
        ask_closing_rating(transaction, store, mentorship)
    saved = store.mentorships.save(transaction.session, mentorship.moved("complete", now))
    announce_state(transaction, "mentorship.completed.v1", saved)
    ask_at_close(transaction, store, saved)
    plan_impacts(transaction, store, saved)
    _let_go(transaction, store, saved)
    return saved


def end_mentorship(
    transaction: Transaction, store: Store, mentorship: Mentorship, reason: str, by: str | None
) -> Mentorship:
    """Over early, without fault, for a reason code; `by` is None where no member ended it. Raises IllegalTransition.

    A rematch is between whoever asks for one and the coordinators, who get a task, and a block is told by nothing: all
    others, the partner and the association's other systems first, hear that it ended, and not by whom.
    """
    ended = mentorship.ended(reason, by, transaction.now)
    saved = store.mentorships.save(transaction.session, ended)
    if reason in TOLD_AS_NO_FAULT:
        announce_state(transaction, "mentorship.ended.v1", saved, reason="no_fault", ended_by_id=None)
    else:
        announce_state(transaction, "mentorship.ended.v1", saved, reason=reason, ended_by_id=by)
    if reason == REMATCH:
        create_task(transaction, store, REMATCH, program_id=saved.program_id, mentorship=saved, reason=_side(saved, by))
    ask_at_early_end(transaction, store, saved)
    _let_go(transaction, store, saved)
    return saved


def _side(mentorship: Mentorship, member_id: str | None) -> str:
    """Who asks for another partner, as a code."""
    sides = {mentorship.mentor_id: "asked_by_mentor", mentorship.mentee_id: "asked_by_mentee"}
    return "asked_by_staff" if member_id is None else sides.get(member_id, "asked_by_staff")


def _let_go(transaction: Transaction, store: Store, mentorship: Mentorship) -> None:
    """Its seats are given back, what they would have met for, or been introduced to, is called off.

    What they were to do is left to do by nobody.

    How far they are at the end, who has completed it may say afterwards.
    """
    still_to_do = CLOSING_RATING if mentorship.state is MentorshipState.COMPLETED else None
    for task in store.tasks.open_of_pair(transaction.session, mentorship):
        if task.kind != still_to_do:
            settle_task(transaction, store, task, TaskState.DISMISSED, None)
    release_seats(transaction, store, mentorship)
    withdraw_introductions(transaction, store, mentorship.id)
    late = late_cancellation(transaction, store, mentorship)
    for ahead in store.mentorships.sessions.ahead(
        transaction.session, transaction.tenant, mentorship.id, transaction.now
    ):
        called_off = ahead.cancelled(None, late, transaction.now)
        cancelled = store.mentorships.sessions.save(transaction.session, called_off)
        announce_session(
            transaction, "session.cancelled.v1", mentorship, cancelled, cancelled_by_id=None, late=cancelled.late
        )
