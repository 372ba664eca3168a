"""Rounds hold the time of those who take part: whoever has something else then is left out of the rounds it touches.

Time is held under the id that a person has now, so that whatever they are asked for finds it, by whatever id they have
their place.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace

from services.events.domain.held_time import Hold
from services.events.domain.round_place import Window, longest_free
from services.events.domain.round_series import RoundSeries, SeriesState
from services.events.store import Store
from services.events.store.held_time import busy_between
from services.events.store.round_series import COLLECTION
from shared.messaging.due import Claimed, DueWork
from shared.messaging.pulse import Pulse
from shared.messaging.unit_of_work import Transaction, UnitOfWork

ROUNDS = "rounds"
"""What holds the time, by the id of the series."""
_TOGETHER = 500


def hold_time(
    unit_of_work: UnitOfWork, store: Store, series: RoundSeries, people: Sequence[str], first: int, pulse: Pulse
) -> dict[str, Window]:
    """Takes the longest free time of each from the round `first` on; the rounds it covers, none for who is busy.

    Who holds time for these rounds already gives it back for that. Raises LeaseLost where the claim has passed on.
    """
    found: dict[str, Window] = {}
    for at in range(0, len(people), _TOGETHER):
        some = people[at : at + _TOGETHER]

        def take(transaction: Transaction, some: Sequence[str] = some) -> dict[str, Window]:
            pulse.hold(transaction.session)
            return _take(transaction, store, series, some, first)

        found |= unit_of_work.run(take, tenant=series.tenant)
    return found


def release_others(
    unit_of_work: UnitOfWork, store: Store, series: RoundSeries, people: Sequence[str], pulse: Pulse
) -> None:
    """Gives back what the series holds of anybody but these, from a plan before: whose check-in was taken back, say.

    Raises LeaseLost where the claim has passed on.
    """
    taking_part = set(store.merges.survivors(series.tenant, people).values())
    others = sorted(store.held_time.holders(series.tenant, series.id) - taking_part)
    for at in range(0, len(others), _TOGETHER):
        some = others[at : at + _TOGETHER]

        def give(transaction: Transaction, some: Sequence[str] = some) -> None:
            pulse.hold(transaction.session)
            release_of(transaction, store, series.id, some)

        unit_of_work.run(give, tenant=series.tenant)


def follow_person(transaction: Transaction, store: Store, names: Collection[str], member_id: str) -> frozenset[str]:
    """Gives what rounds hold of these ids to the one that the person has now; the series for which it is not free."""
    session, tenant = transaction.session, transaction.tenant
    held = store.held_time.of(tenant, sorted({*names, member_id}), session)
    own, moved, lost = list(held[member_id]), list[Hold](), set[str]()
    given = [hold for name in sorted(held) if name != member_id for hold in held[name] if hold.kind == ROUNDS]
    for hold in given:
        if any(_is_of(each, hold.id) for each in own):
            continue
        if busy_between(own, hold.starts_at, hold.ends_at):
            lost.add(hold.id)
            continue
        own.append(replace(hold, member_id=member_id))
        moved.append(own[-1])
    store.held_time.release(session, tenant, given)
    store.held_time.take(session, tenant, moved)
    return frozenset(lost)


def release_of(transaction: Transaction, store: Store, series_id: str, member_ids: Collection[str]) -> None:
    """Gives back what these members hold for the series."""
    store.held_time.release_thing(transaction.session, transaction.tenant, ROUNDS, series_id, member_ids)


def release_at(transaction: Transaction, store: Store, event_id: str, member_ids: Collection[str]) -> None:
    """Gives back what these members hold for any rounds of the event, to which they do not come any more.

    It is noted, for when they come after all: their places are theirs still.
    """
    held = store.held_time.of(transaction.tenant, member_ids, transaction.session)
    own = [hold for holds in held.values() for hold in holds if hold.kind == ROUNDS and hold.event_id == event_id]
    store.held_time.release(transaction.session, transaction.tenant, own, noted=True)


def releases(store: Store) -> DueWork:
    """The due work of giving back the time that rounds held which do not take place."""

    def perform(unit_of_work: UnitOfWork, claimed: Claimed) -> None:
        series = store.round_series.from_document(claimed.document)

        def release(transaction: Transaction) -> None:
            claimed.confirm(transaction.session)
            some = store.held_time.of_thing(series.tenant, ROUNDS, series.id, _TOGETHER, transaction.session)
            store.held_time.release(transaction.session, series.tenant, some)
            if not some:
                current = store.round_series.get(series.tenant, series.id, transaction.session)
                store.round_series.save(transaction.session, current.settled())

        unit_of_work.run(release, tenant=series.tenant)

    where = {"state": {"$in": [SeriesState.CANCELLED.value, SeriesState.FAILED.value]}}
    return DueWork("release_rounds", COLLECTION, perform, where)


def _take(
    transaction: Transaction, store: Store, series: RoundSeries, people: Sequence[str], first: int
) -> dict[str, Window]:
    now_is = store.merges.survivors(transaction.tenant, people, transaction.session)
    persons = sorted(set(now_is.values()))
    times = [(series.begins(number), series.ends(number)) for number in range(first, series.rounds)]
    found: dict[str, Window] = {}
    given, taken = [], []
    for member_id, holds in store.held_time.of(transaction.tenant, persons, transaction.session).items():
        own = [hold for hold in holds if _is_of(hold, series.id)]
        busy = [(hold.starts_at, hold.ends_at) for hold in holds if hold not in own]
        free = longest_free(times, busy)
        window = range(free.start + first, free.stop + first) if free else range(0)
        wanted = [_hold(series, member_id, window)] if window else []
        if own != wanted:
            given += own
            taken += wanted
        found[member_id] = window
    store.held_time.release(transaction.session, transaction.tenant, given)
    store.held_time.take(transaction.session, transaction.tenant, taken)
    return {each: found[now_is[each]] for each in people}


def _hold(series: RoundSeries, member_id: str, window: Window) -> Hold:
    begins, ends = series.begins(window.start), series.ends(window.stop - 1)
    return Hold(member_id, ROUNDS, series.id, series.event_id, begins, ends)


def _is_of(hold: Hold, series_id: str) -> bool:
    return hold.kind == ROUNDS and hold.id == series_id
