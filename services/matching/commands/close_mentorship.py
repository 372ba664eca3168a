"""A mentorship is over: well, or before its time."""

from services.matching.commands.announce_mentorship import announce_session, announce_state
from services.matching.commands.answer_introduction import withdraw_introductions
from services.matching.commands.ask_feedback import ask_at_close, ask_at_early_end, plan_impacts
from services.matching.commands.mentor_seats import release_seat
from services.matching.commands.session_times import late_cancellation
from services.matching.domain.mentorship import Mentorship, MentorshipState
from services.matching.store import Store
from shared.messaging.unit_of_work import Transaction


def complete_mentorship(transaction: Transaction, store: Store, mentorship: Mentorship) -> Mentorship:
    """Its good end; what is still active passes through `completing` in the same step. Raises IllegalTransition."""
    now = transaction.now
    if mentorship.state is MentorshipState.ACTIVE:
        mentorship = store.mentorships.save(transaction.session, mentorship.moved("wind_down", now))
        announce_state(transaction, "mentorship.completing.v1", mentorship)
    saved = store.mentorships.save(transaction.session, mentorship.moved("complete", now))
    announce_state(transaction, "mentorship.completed.v1", saved)
    ask_at_close(transaction, store, saved)
    plan_impacts(transaction, store, saved)
    _let_go(transaction, store, saved)
    return saved


def end_mentorship(
    transaction: Transaction, store: Store, mentorship: Mentorship, reason: str, by: str | None
) -> Mentorship:
    """Over early, without fault, for a reason code; `by` is None where no member ended it. Raises IllegalTransition."""
    ended = mentorship.ended(reason, by, transaction.now)
    saved = store.mentorships.save(transaction.session, ended)
    announce_state(transaction, "mentorship.ended.v1", saved, reason=reason, ended_by_id=by)
    ask_at_early_end(transaction, store, saved)
    _let_go(transaction, store, saved)
    return saved


def _let_go(transaction: Transaction, store: Store, mentorship: Mentorship) -> None:
    """The seat is given back, and what they would have met for, or been introduced to, is called off."""
    release_seat(transaction, store, mentorship.program_id, mentorship.mentor_id)
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
