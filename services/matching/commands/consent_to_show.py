"""One of the two says whether thanks may be shown to others."""

from services.matching.commands.announce_mentorship import announce_appreciation
from services.matching.domain.appreciation import Appreciation
from services.matching.store import Store
from shared.messaging.unit_of_work import Transaction


def consent_to_show(
    transaction: Transaction, store: Store, thanks: Appreciation, by: str, *, public: bool
) -> Appreciation:
    """The thanks as agreed on now; others are told once when they come to be shown, and when they are not any more.

    Either may say so at any time, and take it back. Raises NotFound for whoever is neither.
    """
    said = thanks.agreed(by, public, transaction.now)
    if said is thanks:
        return thanks
    saved = store.mentorships.appreciations.save(transaction.session, said)
    if saved.is_shown is not thanks.is_shown:
        tell_whether_shown(transaction, store, saved, by=by)
    return saved


def tell_whether_shown(transaction: Transaction, store: Store, thanks: Appreciation, *, by: str | None = None) -> None:
    """`appreciation.published`, `public` or not any more, at the mentorship's next version."""
    mentorship = store.mentorships.get(transaction.tenant, thanks.mentorship_id, transaction.session)
    touched = store.mentorships.save(transaction.session, mentorship.touched(transaction.now))
    announce_appreciation(transaction, "appreciation.published.v1", touched, thanks, by=by)
