"""A mentorship rests, and goes on."""

from services.matching.commands.announce_mentorship import announce_state
from services.matching.commands.eligibility import require_nobody_suspended
from services.matching.commands.make_plan import move_plan
from services.matching.domain.mentorship import BY_STAFF, HeldByStaff, Mentorship
from services.matching.store import Store
from shared.messaging.unit_of_work import Transaction


def hold_mentorship(transaction: Transaction, store: Store, mentorship: Mentorship, reason: str) -> Mentorship:
    """On hold, for a reason code of `mentorship.paused`; it keeps its seat. Raises IllegalTransition."""
    saved = store.mentorships.save(transaction.session, mentorship.held(reason, transaction.now))
    announce_state(transaction, "mentorship.paused.v1", saved, reason=reason)
    return saved


def resume_mentorship(
    transaction: Transaction, store: Store, mentorship: Mentorship, *, by_staff: bool = True
) -> Mentorship:
    """Active again, its end as much later as it was on hold; `by_staff`: no member of the pair asks for it.

    Raises IllegalTransition, PartySuspended, HeldByStaff.
    """
    resumed = mentorship.resumed(transaction.now)
    if mentorship.hold_reason == BY_STAFF and not by_staff:
        raise HeldByStaff(mentorship.id)
    require_nobody_suspended(transaction, store, mentorship)
    saved = store.mentorships.save(transaction.session, resumed)
    announce_state(transaction, "mentorship.resumed.v1", saved)
    move_plan(transaction, store, saved, saved.days_on_hold - mentorship.days_on_hold)
    return saved
