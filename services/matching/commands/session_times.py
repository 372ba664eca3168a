"""How long things take around a session, as its program has it."""

from datetime import timedelta

from services.matching.domain.mentorship import Mentorship
from services.matching.domain.program import Program, Settings
from services.matching.store import Store
from shared.messaging.unit_of_work import Transaction


def late_cancellation(transaction: Transaction, store: Store, mentorship: Mentorship) -> timedelta:
    """How long before its start calling a session off is late."""
    return timedelta(hours=settings_of(transaction, store, mentorship).late_cancel_hours)


def silence_agrees_after(transaction: Transaction, store: Store, mentorship: Mentorship) -> timedelta:
    """How long one of the two may be silent before the other's word on a session stands."""
    return timedelta(hours=settings_of(transaction, store, mentorship).attendance_hours)


def settings_of(transaction: Transaction, store: Store, mentorship: Mentorship) -> Settings:
    """The settings of the pair's program. Raises NotFound."""
    return program_of(transaction, store, mentorship).settings


def program_of(transaction: Transaction, store: Store, mentorship: Mentorship) -> Program:
    """The pair's program. Raises NotFound."""
    return store.programs.get(transaction.tenant, mentorship.program_id, transaction.session)
