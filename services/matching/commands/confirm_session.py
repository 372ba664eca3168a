"""The other one agrees to meet: from now on the time is taken."""

from services.matching.domain.mentorship import Mentorship
from services.matching.domain.session import AlreadyMeeting, Session
from services.matching.store import Store
from shared.messaging.unit_of_work import Transaction


def confirm_session(
    transaction: Transaction, store: Store, mentorship: Mentorship, session: Session, by: str
) -> Session:
    """The session as confirmed, to be saved; both are free of other confirmed sessions then.

    A proposal takes nobody's time: whoever asks and gets no answer would else keep others from asking. Who meets a
    whole group meets its pairs at one time. Raises IllegalTransition, OwnProposal, AlreadyMeeting.
    """
    mentorship.require_work()
    confirmed = session.confirmed(by, transaction.now)
    kept = store.mentorships
    others = [
        each
        for each in kept.of_members(transaction.session, transaction.tenant, mentorship.parties, live=True)
        if each.id != mentorship.id and (each.group_id is None or each.group_id != mentorship.group_id)
    ]
    for each in others:
        # Whoever confirms a session of these at this moment writes them, and one of both runs again.
        kept.hold(transaction.session, transaction.tenant, each.id)
    agreed = kept.sessions.confirmed_between(
        transaction.tenant, [each.id for each in others], session.starts_at, session.ends_at, transaction.session
    )
    if agreed:
        raise AlreadyMeeting
    return confirmed
