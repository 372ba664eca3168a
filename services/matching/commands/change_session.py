"""A session moves: to another time or place, to another state, or only its notes do."""

from dataclasses import dataclass
from datetime import datetime

from services.matching.commands.announce_mentorship import announce_session
from services.matching.commands.confirm_session import confirm_session
from services.matching.commands.say_attendance import say_attendance
from services.matching.commands.session_times import late_cancellation
from services.matching.domain.agreement import MeetingFormat
from services.matching.domain.mentorship import Mentorship
from services.matching.domain.session import Session, SessionState
from services.matching.store import Store
from shared.clock import rfc3339
from shared.errors import Fault, Invalid
from shared.messaging.unit_of_work import Transaction


@dataclass(frozen=True, slots=True)
class SessionChange:
    """How the session is to be afterwards; `absent` is the caller's word on who missed it, nobody where it was held.

    None says nothing of that.
    """

    starts_at: datetime
    duration_minutes: int
    meeting_format: MeetingFormat | None
    place: str | None
    notes: str
    actions: tuple[str, ...]
    state: SessionState
    absent: tuple[str, ...] | None = None


def to_be(session: Session, state: SessionState) -> SessionChange:
    """The session as it is, but for its state."""
    return SessionChange(
        starts_at=session.starts_at,
        duration_minutes=session.duration_minutes,
        meeting_format=session.format,
        place=session.place,
        notes=session.notes,
        actions=tuple(each.text for each in session.actions),
        state=state,
    )


def change_session(
    transaction: Transaction, store: Store, mentorship: Mentorship, session: Session, by: str, change: SessionChange
) -> Session:
    """Brings the session where the change wants it; what is so already is no change.

    What is still to happen needs a mentorship at work; what has happened, or will not, may always be said.

    Raises NotFound, IllegalTransition, OwnProposal, SessionBegun, AlreadyMeeting, NotBegun, AttendanceSettled, Invalid.
    """
    mentorship.partner_of(by)
    now = transaction.now
    changed = session
    if (change.notes, change.actions) != (session.notes, tuple(each.text for each in session.actions)):
        changed = changed.noted(by, change.notes, change.actions, now)
    when_and_where = (change.starts_at, change.duration_minutes, change.meeting_format, change.place)
    rescheduled = when_and_where != (session.starts_at, session.duration_minutes, session.format, session.place)
    if rescheduled:
        mentorship.require_work()
        changed = changed.rescheduled(
            by,
            now,
            starts_at=change.starts_at,
            duration_minutes=change.duration_minutes,
            meeting_format=change.meeting_format,
            place=change.place,
        )
    if change.absent is not None:
        return say_attendance(transaction, store, mentorship, changed, by, change.absent, before=session)
    # A state that the patch leaves as it was is no wish: rescheduling a confirmed session asks for a new yes.
    moved = change.state is not session.state
    if moved:
        changed = _moved(transaction, store, mentorship, changed, by, change.state)
    if changed == session:
        return session
    touched = store.mentorships.save(transaction.session, mentorship.touched(now))
    saved = store.mentorships.sessions.save(transaction.session, changed)
    if rescheduled:
        announce_session(
            transaction,
            "session.changed.v1",
            touched,
            saved,
            previous_starts_at=rfc3339(session.starts_at),
            changed_by_id=by,
        )
    if moved and saved.state is SessionState.CONFIRMED:
        announce_session(transaction, "session.confirmed.v1", touched, saved)
    if moved and saved.state is SessionState.CANCELLED:
        announce_session(
            transaction, "session.cancelled.v1", touched, saved, cancelled_by_id=saved.cancelled_by, late=saved.late
        )
    return saved


def _moved(
    transaction: Transaction, store: Store, mentorship: Mentorship, session: Session, by: str, state: SessionState
) -> Session:
    match state:
        case SessionState.CONFIRMED:
            return confirm_session(transaction, store, mentorship, session, by)
        case SessionState.CANCELLED:
            return session.cancelled(by, late_cancellation(transaction, store, mentorship), transaction.now)
        case _:
            raise Invalid([Fault("/state", "A session is proposed anew by another time or place.")])
