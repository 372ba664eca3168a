"""The desk lets a person in, or takes that back."""

from dataclasses import replace

from services.events.commands.settle_registration import settle_registration
from services.events.domain.registration import Registration
from services.events.store import Store
from shared.errors import Conflict
from shared.messaging.unit_of_work import Transaction


def check_in(transaction: Transaction, store: Store, registration: Registration) -> Registration:
    """The registration, checked in now; a second time changes nothing. Raises Conflict where it is not confirmed."""
    if not registration.confirmed:
        raise Conflict(f"Only a confirmed registration can be checked in: this one is {registration.status}.")
    if registration.checked_in_at is not None:
        return registration
    return _at_desk(transaction, store, registration, replace(registration, checked_in_at=transaction.now))


def revert_check_in(transaction: Transaction, store: Store, registration: Registration) -> Registration:
    """The registration, not checked in; a second time changes nothing."""
    if registration.checked_in_at is None:
        return registration
    return _at_desk(transaction, store, registration, replace(registration, checked_in_at=None))


def _at_desk(transaction: Transaction, store: Store, before: Registration, after: Registration) -> Registration:
    return settle_registration(transaction, store, before, replace(after, updated_at=transaction.now))
