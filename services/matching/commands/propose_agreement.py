"""One of the two writes a version of their agreement."""

from services.matching.commands.announce_mentorship import announce_agreement
from services.matching.domain.agreement import Terms
from services.matching.domain.mentorship import Mentorship
from services.matching.store import Store
from shared.messaging.unit_of_work import Transaction


def propose_agreement(
    transaction: Transaction, store: Store, mentorship: Mentorship, by: str, terms: Terms
) -> Mentorship:
    """A next version, to be signed by both. Raises NotFound, IllegalTransition, Invalid."""
    program = store.programs.get(transaction.tenant, mentorship.program_id, transaction.session)
    proposed = mentorship.proposed(terms, by, program.settings.duration_weeks, transaction.now)
    saved = store.mentorships.save(transaction.session, proposed)
    announce_agreement(transaction, "agreement.proposed.v1", saved)
    return saved
