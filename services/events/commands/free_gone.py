"""Whoever a series of rounds does not have any more has their time back, soon after its next plan is published.

Nobody waits for that: so it is not done before people are told. A worker that dies leaves it to another.
"""

from functools import partial

from services.events.commands.hold_round_time import release_of
from services.events.domain.round_place import ABSENT
from services.events.domain.round_series import RoundSeries, SeriesState
from services.events.store import Store
from services.events.store.round_series import COLLECTION
from shared.messaging.due import Claimed, DueWork
from shared.messaging.unit_of_work import Transaction, UnitOfWork

_TOGETHER = 500
_LEASE_SECONDS = 60.0


def freeings(store: Store) -> DueWork:
    """The due work of it."""

    def perform(unit_of_work: UnitOfWork, claimed: Claimed) -> None:
        while unit_of_work.run(partial(_free_some, store=store, claimed=claimed), tenant=claimed.document["tenant"]):
            pass

    where = {"state": SeriesState.PUBLISHED.value}
    return DueWork("free_gone", COLLECTION, perform, where, lease_seconds=_LEASE_SECONDS)


def _free_some(transaction: Transaction, store: Store, claimed: Claimed) -> bool:
    """Whether there are more. Raises LeaseLost where the series is planned anew, or cancelled, meanwhile."""
    session, tenant = transaction.session, transaction.tenant
    series = store.round_series.get(tenant, claimed.document["_id"], session)
    # Read with what is written: whoever is merged meanwhile has their time under another id.
    others = sorted(store.held_time.holders(tenant, series.id, session) - _there(transaction, store, series))
    release_of(transaction, store, series.id, others[:_TOGETHER])
    if len(others) > _TOGETHER:
        claimed.renew(session, _LEASE_SECONDS)
        return True
    claimed.confirm(session)
    store.round_series.settle(session, series)
    return False


def _there(transaction: Transaction, store: Store, series: RoundSeries) -> frozenset[str]:
    """Who has a seat in any round that the plan that is shown was made for, by who they are now."""
    first = series.first_round - 1
    places = store.round_places.all(series, transaction.session)
    there = [each.member_id for each in places if any(seat != ABSENT for seat in each.seats[first:])]
    return frozenset(store.merges.survivors(transaction.tenant, there, transaction.session).values())
