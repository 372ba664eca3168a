"""One of a pair proposes to meet."""

from datetime import datetime

from services.matching.commands.announce_mentorship import announce_session
from services.matching.domain.agreement import MeetingFormat
from services.matching.domain.mentorship import Mentorship
from services.matching.domain.session import Session
from services.matching.store import Store
from shared.ids import new_id
from shared.messaging.unit_of_work import Transaction


def propose_session(
    transaction: Transaction,
    store: Store,
    mentorship: Mentorship,
    by: str,
    *,
    starts_at: datetime,
    duration_minutes: int,
    meeting_format: MeetingFormat | None = None,
    place: str | None = None,
    notes: str = "",
    actions: tuple[str, ...] = (),
) -> Session:
    """A session for the other one to confirm. Raises NotFound, IllegalTransition unless active or completing."""
    mentorship.partner_of(by)
    mentorship.require_work()
    touched = store.mentorships.save(transaction.session, mentorship.touched(transaction.now))
    session = Session(
        id=new_id(),
        tenant=transaction.tenant,
        version=1,
        updated_at=transaction.now,
        mentorship_id=mentorship.id,
        proposed_by=by,
        starts_at=starts_at,
        duration_minutes=duration_minutes,
        format=meeting_format,
        place=place,
    )
    if notes or actions:
        session = session.noted(by, notes, actions, transaction.now)
    store.mentorships.sessions.insert(transaction.session, session)
    announce_session(transaction, "session.proposed.v1", touched, session)
    return session
