"""Speed rounds follow what becomes of people: kept apart, merged, or erased.

Nobody is told why: a new plan says where to sit and nothing else.
"""

from collections.abc import Collection
from dataclasses import replace

from services.events.commands.hold_round_time import follow_person
from services.events.domain.round_place import ABSENT
from services.events.domain.round_series import OUT, Change, RoundSeries, SeriesState
from services.events.store import Store
from shared.messaging.unit_of_work import Transaction

_BEING_PLANNED = (SeriesState.QUEUED, SeriesState.PLANNING)


def part_in_rounds(transaction: Transaction, store: Store, one: str, other: str) -> None:
    """Has the rounds planned anew that would bring these two together, now that they are kept apart.

    Of rounds that are published those that have not begun; others from the beginning.
    """
    session, tenant = transaction.session, transaction.tenant
    of_one, of_other = (store.merges.known_as(tenant, each, session) for each in (one, other))
    shared = _series_with(transaction, store, of_one) & _series_with(transaction, store, of_other)
    _plan_all_anew(transaction, store, shared)


def follow_merge(transaction: Transaction, store: Store, member_id: str) -> None:
    """Two members are one, or two again: rounds hold the time of who that is now. Bears repetition.

    Those are planned anew in which one person has two places, or one whose time is not held, as it is not free or is
    somebody else's by now.
    """
    session, tenant = transaction.session, transaction.tenant
    person = store.merges.survivor(tenant, member_id, session)
    names = store.merges.known_as(tenant, person, session)
    lost = follow_person(transaction, store, names, person)
    held = {hold.id for hold in store.held_time.of(tenant, [person], session)[person]}
    theirs = _series_with(transaction, store, names)
    _doubt(transaction, store, theirs)
    for series in store.round_series.with_ids(tenant, lost | theirs, session):
        first = series.coming(transaction.now)
        own = store.round_places.of(series, names, session)
        there = sum(any(seat != ABSENT for seat in each.seats[first:]) for each in own)
        if series.id in lost or there > 1 or (there and series.id not in held):
            _plan_anew(transaction, store, series)


def leave_rounds(transaction: Transaction, store: Store, member_ids: Collection[str]) -> int:
    """Takes these members out of all rounds for good, and has those planned anew that they would have been in.

    How many places they had.
    """
    session, tenant = transaction.session, transaction.tenant
    ids = frozenset(member_ids)
    for series in store.round_series.naming(session, tenant, ids):
        store.round_series.save(session, series.without(ids, transaction.now))
    there = _series_with(transaction, store, ids)
    _doubt(transaction, store, there)
    _plan_all_anew(transaction, store, there)
    return store.round_places.forget(session, tenant, ids)


def _doubt(transaction: Transaction, store: Store, ids: Collection[str]) -> None:
    """What is known of people two by two is read anew, for these and for whatever a worker is at."""
    session, tenant = transaction.session, transaction.tenant
    planned = (each.id for each in store.round_series.being_planned(session, tenant))
    store.round_sheets.doubt(session, tenant, {*ids, *planned}, transaction.now)


def _series_with(transaction: Transaction, store: Store, member_ids: Collection[str]) -> frozenset[str]:
    return store.round_places.series_with(transaction.tenant, member_ids, transaction.session)


def _plan_all_anew(transaction: Transaction, store: Store, ids: Collection[str]) -> None:
    """These, and whatever a worker is at: nobody knows yet who will come in by what it plans."""
    session, tenant = transaction.session, transaction.tenant
    planned = store.round_series.being_planned(session, tenant)
    for series in {each.id: each for each in (*store.round_series.with_ids(tenant, ids, session), *planned)}.values():
        _plan_anew(transaction, store, series)


def _plan_anew(transaction: Transaction, store: Store, series: RoundSeries) -> None:
    """A worker that is at it begins anew, since every change of the series ends its claim."""
    now = transaction.now
    if series.coming(now) >= series.rounds:
        return
    if series.state in OUT:
        store.round_series.save(transaction.session, series.to_replan(Change(), transaction.traceparent, now))
    elif series.state is SeriesState.READY and series.starts_at > now:
        store.round_series.save(transaction.session, series.again(transaction.traceparent, now))
    elif series.state in _BEING_PLANNED:
        store.round_series.save(transaction.session, replace(series, due_at=now))
