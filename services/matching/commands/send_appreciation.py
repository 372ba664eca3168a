"""One of a pair thanks the other."""

from services.matching.commands.announce_mentorship import announce_appreciation
from services.matching.domain.appreciation import Appreciation, AppreciationKind
from services.matching.domain.mentorship import Mentorship
from services.matching.store import Store
from shared.errors import Conflict
from shared.ids import new_id
from shared.messaging.unit_of_work import Transaction


class NoThanks(Conflict):
    """The two are kept apart, which nobody is told."""

    def __init__(self, mentorship_id: str) -> None:
        super().__init__(f"Nothing can be sent in the mentorship {mentorship_id} any more.")


def send_appreciation(
    transaction: Transaction,
    store: Store,
    mentorship: Mentorship,
    by: str,
    *,
    text: str,
    public: bool = False,
    kind: AppreciationKind = AppreciationKind.THANKS,
) -> Appreciation:
    """Thanks, in any state of the mentorship, its end included. Raises NotFound for a stranger, NoThanks."""
    partner = mentorship.partner_of(by)
    if store.pairs.take(transaction.session, transaction.tenant, by, partner):
        raise NoThanks(mentorship.id)
    touched = store.mentorships.save(transaction.session, mentorship.touched(transaction.now))
    thanks = Appreciation(
        id=new_id(),
        tenant=transaction.tenant,
        version=1,
        updated_at=transaction.now,
        mentorship_id=mentorship.id,
        from_id=by,
        to_id=partner,
        text=text,
        sent_at=transaction.now,
        public=public,
        kind=kind,
    )
    store.mentorships.appreciations.insert(transaction.session, thanks)
    announce_appreciation(transaction, "appreciation.sent.v1", touched, thanks)
    return thanks
