"""One of the two writes a version of their agreement."""

from services.matching.commands.announce_mentorship import announce_agreement
from services.matching.domain.agreement import FormerAgreement, Terms
from services.matching.domain.mentorship import Mentorship, NeedsNoAgreement
from services.matching.domain.program import Format
from services.matching.store import Store
from shared.ids import new_id
from shared.messaging.unit_of_work import Transaction


def propose_agreement(
    transaction: Transaction, store: Store, mentorship: Mentorship, by: str, terms: Terms
) -> Mentorship:
    """A next version, to be signed by both; the one before is kept as it was.

    Raises NotFound, NeedsNoAgreement, IllegalTransition, Invalid.
    """
    mentorship.partner_of(by)
    program = store.programs.get(transaction.tenant, mentorship.program_id, transaction.session)
    if program.format is Format.FLASH:
        raise NeedsNoAgreement
    proposed = mentorship.proposed(terms, by, program.settings.duration_weeks, transaction.now)
    saved = store.mentorships.save(transaction.session, proposed)
    if mentorship.agreement is not None:
        former = FormerAgreement(
            id=new_id(),
            tenant=transaction.tenant,
            version=1,
            updated_at=transaction.now,
            mentorship_id=mentorship.id,
            agreement=mentorship.agreement,
            superseded_at=transaction.now,
        )
        store.agreements.insert(transaction.session, former)
    announce_agreement(transaction, "agreement.proposed.v1", saved)
    return saved
