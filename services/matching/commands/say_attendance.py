"""One of a pair says who was at a session, or is silent for so long that the other's word stands."""

from collections.abc import Collection

from services.matching.commands.announce_mentorship import announce_attendance_asked, announce_session
from services.matching.commands.ask_feedback import ask_of_session
from services.matching.commands.close_mentorship import complete_mentorship
from services.matching.commands.session_times import settings_of, silence_agrees_after
from services.matching.commands.sum_up_sessions import sum_up_sessions
from services.matching.domain.mentorship import MENTORSHIP, Mentorship
from services.matching.domain.program import Format
from services.matching.domain.session import Session, SessionState
from services.matching.store import Store
from shared.errors import Fault, Invalid
from shared.messaging.unit_of_work import Transaction


def say_attendance(
    transaction: Transaction,
    store: Store,
    mentorship: Mentorship,
    session: Session,
    by: str,
    absent: Collection[str],
    *,
    before: Session | None = None,
) -> Session:
    """Keeps this one's word; `absent` is nobody where it was held. Whatever became of the mentorship, it may be said.

    `before` is the session as it is kept, where something else of it changes as well.

    Raises NotFound, IllegalTransition, NotBegun, AttendanceSettled, Invalid.
    """
    mentorship.partner_of(by)
    if not set(absent) <= set(mentorship.parties):
        raise Invalid([Fault("/missed_by", "Only the two of the pair can miss a session.")])
    silence = silence_agrees_after(transaction, store, mentorship)
    said = session.said(by, absent, silence, transaction.now)
    kept = before or session
    if said == kept:
        return kept
    saved = _kept(transaction, store, mentorship, kept, said)
    if said.words != kept.words and saved.state is SessionState.CONFIRMED:
        # What the other one would not learn by the session's being held or missed.
        _ask(transaction, store, saved, mentorship.partner_of(by))
    return saved


def follow_up_session(transaction: Transaction, store: Store, session_id: str) -> None:
    """A session's time has come: both are asked how it went, or the one word that there is stands."""
    session = store.mentorships.sessions.find(transaction.tenant, session_id, transaction.session)
    if session is None or session.due_at is None or session.due_at > transaction.now:
        return
    mentorship = store.mentorships.get(transaction.tenant, session.mentorship_id, transaction.session)
    if (settled := session.settled(transaction.now)) != session:
        _kept(transaction, store, mentorship, session, settled)
        return
    saved = store.mentorships.sessions.save(transaction.session, session.asked_about(transaction.now))
    if saved.state is not SessionState.CONFIRMED or saved.words:
        return
    _ask(transaction, store, saved, *mentorship.parties)


def _ask(transaction: Transaction, store: Store, session: Session, *whom: str) -> None:
    mentorship = store.mentorships.get(transaction.tenant, session.mentorship_id, transaction.session)
    touched = store.mentorships.save(transaction.session, mentorship.touched(transaction.now))
    minutes = settings_of(transaction, store, mentorship).no_show_minutes
    for each in whom:
        announce_attendance_asked(transaction, touched, session, each, minutes)


def _kept(transaction: Transaction, store: Store, mentorship: Mentorship, before: Session, after: Session) -> Session:
    """Written, and told where it came to count as held or as missed; that the two disagree is theirs to know."""
    saved = store.mentorships.sessions.save(transaction.session, after)
    moved = saved.state is not before.state
    changed = sum_up_sessions(transaction, store, mentorship) if moved else mentorship.touched(transaction.now)
    touched = store.mentorships.save(transaction.session, changed)
    if moved and saved.state is SessionState.HELD:
        announce_session(transaction, "session.held.v1", touched, saved)
        ask_of_session(transaction, store, touched, saved)
        _complete_flash(transaction, store, touched)
    if moved and saved.state is SessionState.MISSED:
        announce_session(transaction, "session.missed.v1", touched, saved, missed_by=list(saved.missed_by))
    return saved


def _complete_flash(transaction: Transaction, store: Store, mentorship: Mentorship) -> None:
    """A flash mentorship is over with the session that was held, and its seat is free for somebody else."""
    program = store.programs.get(transaction.tenant, mentorship.program_id, transaction.session)
    if program.format is Format.FLASH and MENTORSHIP.allows(mentorship.state, "work"):
        complete_mentorship(transaction, store, mentorship)
