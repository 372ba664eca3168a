"""An agreed action gets an owner, is done, dropped, or taken up again."""

from dataclasses import replace

from services.matching.domain.action import Action, ActionState
from services.matching.domain.mentorship import Mentorship
from services.matching.domain.session import Session
from services.matching.store import Store
from shared.errors import Fault, Invalid
from shared.messaging.unit_of_work import Transaction


def change_action(
    transaction: Transaction,
    store: Store,
    mentorship: Mentorship,
    session: Session,
    action: Action,
    by: str,
    *,
    owner_id: str | None,
    state: ActionState,
) -> Session:
    """The session with the action so; whatever became of session and mentorship. Raises NotFound, Invalid."""
    mentorship.partner_of(by)
    if owner_id is not None and owner_id not in mentorship.parties:
        raise Invalid([Fault("/owner_id", "Only the two of the pair can be the owner; none means both.")])
    changed = replace(action, owner_id=owner_id).moved_to(state)
    if changed == action:
        return session
    return store.mentorships.sessions.save(transaction.session, session.with_action(changed, transaction.now))
