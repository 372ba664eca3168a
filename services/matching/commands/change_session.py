"""A session moves: to another time or place, to another state, or only its notes do."""

from dataclasses import dataclass
from datetime import datetime

from services.matching.commands.announce_mentorship import announce_session
from services.matching.domain.agreement import MeetingFormat
from services.matching.domain.mentorship import Mentorship
from services.matching.domain.session import Session, SessionState
from services.matching.store import Store
from shared.clock import rfc3339
from shared.errors import Fault, Invalid
from shared.messaging.unit_of_work import Transaction


@dataclass(frozen=True, slots=True)
class SessionChange:
    """How the session is to be afterwards; `missed_by` says who did not come, where it was missed."""

    starts_at: datetime
    duration_minutes: int
    meeting_format: MeetingFormat | None
    place: str | None
    notes: str
    actions: tuple[str, ...]
    state: SessionState
    missed_by: tuple[str, ...] = ()


def change_session(
    transaction: Transaction, store: Store, mentorship: Mentorship, session: Session, by: str, change: SessionChange
) -> Session:
    """Brings the session where the change wants it; what is so already is no change.

    What is still to happen needs a mentorship at work; what has happened, or will not, may always be said.

    Raises NotFound, IllegalTransition, OwnProposal, Invalid.
    """
    mentorship.partner_of(by)
    now = transaction.now
    changed = session
    if (change.notes, change.actions) != (session.notes, session.actions):
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
    # A state that the patch leaves as it was is no wish: rescheduling a confirmed session asks for a new yes.
    moved = change.state is not session.state
    if moved:
        mentorship, changed = _moved(mentorship, changed, by, change, now)
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
    if moved:
        _announce_move(transaction, touched, saved)
    return saved


def _moved(
    mentorship: Mentorship, session: Session, by: str, change: SessionChange, now: datetime
) -> tuple[Mentorship, Session]:
    match change.state:
        case SessionState.CONFIRMED:
            mentorship.require_work()
            return mentorship, session.confirmed(by, now)
        case SessionState.HELD:
            return mentorship.met(session.starts_at, now), session.held(now)
        case SessionState.MISSED:
            absent = change.missed_by or (mentorship.partner_of(by),)
            if not set(absent) <= set(mentorship.parties):
                raise Invalid([Fault("/missed_by", "Only the two of the pair can miss a session.")])
            return mentorship.not_met(now), session.missed(absent, now)
        case SessionState.CANCELLED:
            return mentorship, session.cancelled(by, now)
        case SessionState.PROPOSED:
            raise Invalid([Fault("/state", "A session is proposed anew by another time or place.")])


def _announce_move(transaction: Transaction, mentorship: Mentorship, session: Session) -> None:
    match session.state:
        case SessionState.CANCELLED:
            announce_session(
                transaction,
                "session.cancelled.v1",
                mentorship,
                session,
                cancelled_by_id=session.cancelled_by,
                late=session.late,
            )
        case SessionState.MISSED:
            announce_session(transaction, "session.missed.v1", mentorship, session, missed_by=list(session.missed_by))
        case _:
            announce_session(transaction, f"session.{session.state}.v1", mentorship, session)
