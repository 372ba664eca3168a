"""How many partners somebody has who looks for one."""

from services.matching.domain.program import Format, Program
from services.matching.store import Store
from shared.messaging.unit_of_work import Transaction


def places_taken(transaction: Transaction, store: Store, program: Program, mentee_id: str) -> int:
    """The mentee's live mentorships in the program; a peer's on either side.

    Stands still for whoever has taken the mentee's turn.
    """
    tenant, session = transaction.tenant, transaction.session
    taken = store.mentorships.live_of_mentee(session, tenant, program.id, mentee_id)
    if program.format is Format.PEER:
        taken += store.mentorships.live_of_mentor(session, tenant, program.id, mentee_id)
    return taken
