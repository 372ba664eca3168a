"""Records that waited for their source are taken in, now that an event names it and it is configured."""

import dataclasses

from services.profiles.commands.erase_traces import is_erased
from services.profiles.commands.settle_people import settle_people
from services.profiles.domain.registration import Registration, lookups
from services.profiles.store import Store
from services.profiles.store.sources import ADMISSIONS
from shared.errors import Invalid
from shared.messaging.due import Claimed, DueWork
from shared.messaging.unit_of_work import Transaction, UnitOfWork
from shared.telemetry import logs

_AT_ONCE = 50

_log = logs.logger(__name__)


def admissions(store: Store) -> DueWork:
    """The due work of doing it: some of them, each in a transaction of its own, as they may be about anybody."""

    def perform(unit_of_work: UnitOfWork, claimed: Claimed) -> None:
        found = claimed.document
        tenant, place = found["tenant"], found["place"]
        # It may have been admitted for a moment only.
        admitted = store.sources.admits(tenant, place)
        waiting = store.registrations.waiting(tenant, place, _AT_ONCE) if admitted else ()
        for identifier in waiting:
            _admit(unit_of_work, store, tenant, identifier)

        def settle(transaction: Transaction) -> None:
            claimed.confirm(transaction.session)
            if not waiting:
                store.sources.done(transaction.session, found)

        unit_of_work.run(settle, tenant=tenant)

    return DueWork("admit_waiting_records", ADMISSIONS, perform)


def _admit(unit_of_work: UnitOfWork, store: Store, tenant: str, identifier: str) -> None:
    try:
        unit_of_work.run(lambda transaction: _take(transaction, store, identifier), tenant=tenant)
    except Invalid:
        _log.info("waiting_record_skipped", tenant=tenant)
        unit_of_work.run(lambda transaction: _drop(transaction, store, identifier), tenant=tenant)


def _take(transaction: Transaction, store: Store, identifier: str) -> None:
    """Nothing where a newer record, or another worker, came first."""
    registration = _waiting(transaction, store, identifier)
    if registration is None:
        return
    told = registration.told
    if is_erased(transaction, store, registration):
        store.registrations.forget(transaction.session, registration)
        return
    admitted = dataclasses.replace(registration, awaits=None, expire_at=None, found_by=lookups(told))
    settle_people(transaction, store, set() if told is None else told.keys, [admitted])


def _drop(transaction: Transaction, store: Store, identifier: str) -> None:
    registration = _waiting(transaction, store, identifier)
    if registration is not None:
        store.registrations.forget(transaction.session, registration)


def _waiting(transaction: Transaction, store: Store, identifier: str) -> Registration | None:
    found = store.registrations.find(transaction.tenant, identifier, transaction.session)
    return found if found is not None and found.awaits is not None else None
