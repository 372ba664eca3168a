"""One of a pair notes something about a session for themselves."""

from dataclasses import replace

from services.matching.domain.mentorship import Mentorship
from services.matching.domain.private_note import PrivateNote
from services.matching.domain.session import Session
from services.matching.store import Store
from shared.ids import derived_id
from shared.messaging.unit_of_work import Transaction


def keep_private_note(
    transaction: Transaction, store: Store, mentorship: Mentorship, session: Session, by: str, text: str
) -> PrivateNote:
    """The note as it is now, in the place of the one before; nobody is told. Raises NotFound for a stranger."""
    mentorship.partner_of(by)
    found = store.private_notes.find_of(transaction.tenant, session.id, by, transaction.session)
    if found is not None:
        if found.text == text:
            return found
        return store.private_notes.save(transaction.session, replace(found, text=text, updated_at=transaction.now))
    note = PrivateNote(
        id=derived_id(session.id, by),
        tenant=transaction.tenant,
        version=1,
        updated_at=transaction.now,
        mentorship_id=mentorship.id,
        session_id=session.id,
        author_id=by,
        text=text,
    )
    store.private_notes.insert(transaction.session, note)
    return note
