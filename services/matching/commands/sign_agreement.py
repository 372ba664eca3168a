"""One of the two signs; with the second signature the mentorship is under way."""

from services.matching.commands.announce_mentorship import announce_agreement, announce_state
from services.matching.commands.ask_feedback import plan_midpoint
from services.matching.commands.eligibility import require_nobody_suspended
from services.matching.commands.extend_mentorship import drop_extension
from services.matching.commands.make_plan import set_planned_milestones
from services.matching.commands.set_goal import set_agreed_goals
from services.matching.domain.mentorship import Mentorship
from services.matching.store import Store
from shared.messaging.unit_of_work import Transaction


def sign_agreement(transaction: Transaction, store: Store, mentorship: Mentorship, by: str, version: int) -> Mentorship:
    """Signs this version; signing again changes nothing. What comes into force by it names the pair's goals.

    Raises NotFound, IllegalTransition, NoAgreement, StaleAgreement, and PartySuspended for what would make it active.
    """
    signed = mentorship.signed(version, by, transaction.now)
    if signed == mentorship:
        return mentorship
    if signed.state is not mentorship.state:
        require_nobody_suspended(transaction, store, mentorship)
    saved = store.mentorships.save(transaction.session, signed)
    announce_agreement(transaction, "agreement.signed.v1", saved)
    if mentorship.extension is not None and saved.extension is None:
        drop_extension(transaction, store, mentorship.extension)
    if saved.in_force is not None and saved.in_force != mentorship.in_force:
        set_agreed_goals(transaction, store, saved, saved.in_force)
    if saved.state is not mentorship.state:
        announce_state(transaction, "mentorship.activated.v1", saved)
        plan_midpoint(transaction, store, saved)
        set_planned_milestones(transaction, store, saved)
    return saved
