"""A session was held, missed, or no longer counts as either: what a mentorship's health goes by follows."""

from services.matching.domain.contact import last_contact, missed_in_a_row
from services.matching.domain.mentorship import Mentorship
from services.matching.store import Store
from shared.messaging.unit_of_work import Transaction


def sum_up_sessions(transaction: Transaction, store: Store, mentorship: Mentorship) -> Mentorship:
    """The mentorship, to be saved, by all its sessions as they are in this transaction.

    Counted anew each time, since what was said of a session may be contested.
    """
    told = store.mentorships.sessions.told_of(transaction.session, transaction.tenant, mentorship.id)
    return mentorship.having_met(last_contact(told, transaction.now), missed_in_a_row(told), transaction.now)
