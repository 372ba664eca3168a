"""The end that a pair agreed on, or that a flash program sets, has come."""

from services.matching.commands.announce_mentorship import announce_state
from services.matching.commands.ask_feedback import ask_at_close
from services.matching.commands.close_mentorship import complete_mentorship
from services.matching.commands.rate import ask_closing_rating
from services.matching.domain.program import Format
from services.matching.store import Store
from shared.messaging.unit_of_work import Transaction


def wind_down_mentorship(transaction: Transaction, store: Store, mentorship_id: str) -> None:
    """Moves it to `completing` where that is due now, whatever was due when a worker looked; in a flash program on to
    its end, since one conversation leaves nothing to wind down.
    """
    mentorship = store.mentorships.find(transaction.tenant, mentorship_id, transaction.session)
    if mentorship is None or mentorship.due_at is None or mentorship.due_at > transaction.now:
        return
    program = store.programs.get(transaction.tenant, mentorship.program_id, transaction.session)
    if program.format is Format.FLASH:
        complete_mentorship(transaction, store, mentorship)
        return
    moved = mentorship.moved("wind_down", transaction.now)
    saved = store.mentorships.save(transaction.session, moved)
    announce_state(transaction, "mentorship.completing.v1", saved)
    ask_at_close(transaction, store, saved)
    ask_closing_rating(transaction, store, saved)
