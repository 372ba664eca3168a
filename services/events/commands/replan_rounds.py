"""The coming rounds of a series are planned anew: somebody is gone, late, or kept apart from somebody now.

What has begun stays. A worker works the new plan out beside the one that is shown; if a round begins meanwhile, that
one stays as well, and the worker begins anew.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.events.commands.create_rounds import plan_again
from services.events.commands.expect_people import Expected
from services.events.commands.gather_guests import apart_among, groups_among
from services.events.commands.hold_round_time import hold_time
from services.events.commands.know_sheet import known_sheet
from services.events.commands.plan_series import MOST_ATTEMPTS, give_places, keep_plan, pulse_of, summary_of
from services.events.commands.publish_rounds import announce_rounds
from services.events.domain.round_place import BUSY, GONE, NOT_CHECKED_IN, NOT_COMING
from services.events.domain.round_series import Change, PlanSummary, RoundSeries, SeriesState
from services.events.scheduling.round_sheet import RoundSheet, told_anew
from services.events.scheduling.rounds import Longs, NotPlannable, RoundsPlan, asked_by_row
from services.events.store import Store
from services.events.store.round_series import COLLECTION
from shared.errors import Conflict, Fault, Invalid
from shared.messaging.due import Claimed, DueWork
from shared.messaging.pulse import LEASE_SECONDS, Pulse
from shared.messaging.unit_of_work import Transaction, UnitOfWork

_GIVEN_UP = "The coming rounds could not be planned anew: the worker's log says why. The plan stays as it was."
_TOO_LATE = "All rounds had begun before the coming ones could be planned anew."


@dataclass(frozen=True, slots=True)
class _Presence:
    """Of the rows of a sheet: when those who are there are there, and why others are not."""

    arrives: Longs
    leaves: Longs
    """By row, the first round they are there and the first they are there no more: the same for who is not."""
    away: Mapping[int, str | None]
    coming_in: Sequence[int]
    """Who was not there until now."""

    def there(self) -> NDArray[np.bool_]:
        """By row."""
        return self.arrives < self.leaves


@dataclass(frozen=True, slots=True)
class _Outcome:
    """A new plan from the round `first` on: what it comes to, and for whom it is another one."""

    first: int
    summary: PlanSummary
    news: Sequence[str]
    newcomers: bool
    stamp: str
    sheet: RoundSheet


def replan_rounds(transaction: Transaction, store: Store, series: RoundSeries, change: Change) -> RoundSeries:
    """The series, to be planned anew by a worker: of a published one the coming rounds, else all of it.

    Raises IllegalTransition, AllRoundsHaveBegun, Conflict where people are named before the publication, and Invalid
    for whoever is named and has nothing to do with these rounds.
    """
    if series.out:
        _require_known(transaction, store, series, change)
        asked_for = series.to_replan(change, transaction.traceparent, transaction.now)
        return store.round_series.save(transaction.session, asked_for)
    if change != Change():
        raise Conflict("Before its publication a plan is made anew with whoever takes part then: name nobody.")
    return plan_again(transaction, store, series)


def _require_known(transaction: Transaction, store: Store, series: RoundSeries, change: Change) -> None:
    tenant, session = transaction.tenant, transaction.session
    now_is = store.merges.survivors(tenant, {*change.gone, *change.late}, session)
    persons = {*now_is.values()}
    merged = store.merges.merged_into(tenant, persons, session)
    there = {merged.get(each, each) for each in store.round_places.placed(series, {*persons, *merged}, session)}
    late = {now_is[each] for each in change.late}
    coming = store.attendance.attending(tenant, series.event_id, late, session)
    faults = [
        Fault(f"/gone_ids/{at}", "Has no place in these rounds." if now_is[each] not in there else "Is late, too.")
        for at, each in enumerate(change.gone)
        if now_is[each] not in there or now_is[each] in late
    ]
    faults += [
        Fault(f"/late_ids/{at}", "Does not come to this event: register them first.")
        for at, each in enumerate(change.late)
        if now_is[each] not in coming
    ]
    if faults:
        raise Invalid(faults)


def replannings(store: Store) -> DueWork:
    """The due work of it."""

    def perform(unit_of_work: UnitOfWork, claimed: Claimed) -> None:
        renew_plan(unit_of_work, store, claimed)

    where = {"state": SeriesState.REPLANNING.value}
    # People stand and wait for it: it is found at once, and waits for no other work.
    return DueWork("replan_rounds", COLLECTION, perform, where, lease_seconds=LEASE_SECONDS, threads=1, prompt=True)


def renew_plan(unit_of_work: UnitOfWork, store: Store, claimed: Claimed) -> None:
    """Publishes another plan of the coming rounds, or says why not. Raises LeaseLost where more was asked meanwhile."""
    series = store.round_series.from_document(claimed.document)
    if claimed.attempts > MOST_ATTEMPTS:
        _keep(unit_of_work, store, claimed, series, _GIVEN_UP)
        return
    with pulse_of(store, claimed, SeriesState.REPLANNING) as pulse:
        try:
            shown = False
            while not shown:
                shown = _renew(unit_of_work, store, claimed, series, pulse)
        except NotPlannable as fault:
            pulse.stop()
            _keep(unit_of_work, store, claimed, series, str(fault))


def _renew(unit_of_work: UnitOfWork, store: Store, claimed: Claimed, series: RoundSeries, pulse: Pulse) -> bool:
    """Whether the new plan is shown; not where a round has begun that it would change."""
    first = series.coming(unit_of_work.clock.now())
    if first >= series.rounds:
        raise NotPlannable(_TOO_LATE)
    pulse.reached(0.0, "people")
    stamp, before, expected = known_sheet(store, series)
    presence = _presence(series, before, expected, first)
    presence = _with_their_time(unit_of_work, store, series, before, presence, first, pulse)
    plan = _planned(unit_of_work, store, series, before, presence, first, pulse)
    pulse.reached(0.9, "places")
    reasons = {**before.left_out, **presence.away}
    left_out = {row: why for row, why in reasons.items() if why is not None}
    sheet = before.seated(series.plan_version + 1, first, plan.table[:, first:], left_out)
    news = [sheet.people[row] for row in np.flatnonzero(told_anew(before.table, sheet.table, first))]
    newcomers = {sheet.people[row]: int(sheet.numbers[row]) for row in before.added}
    give_places(unit_of_work, store, series, newcomers, pulse)
    summary = summary_of(plan.summary, sheet.table, len(news))
    outcome = _Outcome(first, summary, news, bool(newcomers), stamp, sheet)
    return _show(unit_of_work, store, claimed, series, outcome)


def _planned(
    unit_of_work: UnitOfWork,
    store: Store,
    series: RoundSeries,
    sheet: RoundSheet,
    presence: _Presence,
    first: int,
    pulse: Pulse,
) -> RoundsPlan:
    """Whoever is away is there until `first`, in what was."""
    apart = apart_among(store, series, sheet.rows())
    group, may_meet = groups_among(unit_of_work, store, series, sheet.people, sheet.now_is)
    there = presence.there()
    told = asked_by_row(
        sheet.people,
        series.rounds,
        arrives=np.where(there, presence.arrives, 0),
        leaves=np.where(there, presence.leaves, first),
        groups=[group[each] for each in sheet.people] if group else (),
        group_size=series.group_size,
        tables=series.tables_at_once,
        may_meet=may_meet,
    )
    pulse.reached(0.1, "plan")
    told = sheet.ties.of(told, np.arange(len(sheet.people)), apart)
    # Imported where it is needed, since numeric libraries take long to load and most processes never plan.
    from services.events.scheduling.speed_rounds import replan_rounds as replan

    return replan(sheet.as_plan(), told, first, lambda share: pulse.reached(0.1 + 0.8 * share))


def _with_their_time(
    unit_of_work: UnitOfWork,
    store: Store,
    series: RoundSeries,
    sheet: RoundSheet,
    presence: _Presence,
    first: int,
    pulse: Pulse,
) -> _Presence:
    """Whoever comes in takes the time for it, as far as it is free.

    So does whoever has a place whose time is not held: who gave their ticket back and has one again, or is another
    person since a merge was undone.
    """
    arrives, leaves, away = presence.arrives.copy(), presence.leaves.copy(), dict(presence.away)
    persons = sheet.persons()
    there = {persons[row]: row for row in reversed(np.flatnonzero(presence.there()).tolist())}
    if sheet.read_anew:
        unheld = there.keys() - store.held_time.holders(series.tenant, series.id)
    else:
        unheld = there.keys() & store.held_time.given_back(series.tenant, series.id)
    taking = {persons[row]: row for row in (*presence.coming_in, *(there[each] for each in unheld))}
    for member_id, window in hold_time(unit_of_work, store, series, sorted(taking), first, pulse).items():
        row = taking[member_id]
        arrives[row], leaves[row] = (window.start, window.stop) if window else (first, first)
        away[row] = BUSY if len(window) < series.rounds - first else None
    return _Presence(arrives, leaves, away, presence.coming_in)


def _show(unit_of_work: UnitOfWork, store: Store, claimed: Claimed, series: RoundSeries, outcome: _Outcome) -> bool:
    def show(transaction: Transaction) -> bool:
        if series.coming(transaction.now) != outcome.first:
            return False
        claimed.confirm(transaction.session)
        if not outcome.newcomers:
            store.round_places.clear(transaction.session, series)
        current = store.round_series.get(series.tenant, series.id, transaction.session)
        renewed = current.renewed(outcome.sheet.plan, outcome.first, outcome.summary, transaction.now)
        announce_rounds(transaction, store.round_series.save(transaction.session, renewed), outcome.news)
        keep_plan(transaction, store, series, outcome.sheet, outcome.stamp)
        return True

    shown = unit_of_work.run(show, tenant=series.tenant)
    if shown:
        store.round_seats.drop_before(series.id, series.plan_version)
    return shown


def _presence(series: RoundSeries, sheet: RoundSheet, expected: Expected, first: int) -> _Presence:
    """Who is there from `first` on, by what was said of them, by check-ins, and by whether they come at all."""
    inside, persons = expected.inside, sheet.persons()
    begins, ends = sheet.windows(first)
    arrives, leaves = begins.copy(), ends.copy()
    away: dict[int, str | None] = {}
    coming_in: list[int] = []
    seen: set[str] = set()
    for row in _in_question(sheet, expected):
        person, planned = persons[row], begins[row] < ends[row]
        if person in seen or person in expected.departed:
            leaves[row], away[row] = arrives[row], NOT_COMING
        elif person in expected.gone:
            leaves[row], away[row] = arrives[row], GONE
        elif person in expected.late or (
            inside is not None and person in inside and sheet.left_out.get(row) == NOT_CHECKED_IN
        ):
            away[row] = None
            if not planned:
                arrives[row], leaves[row] = first, series.rounds
                coming_in.append(row)
        elif inside is not None and person not in inside:
            leaves[row], away[row] = arrives[row], NOT_CHECKED_IN
        elif row in sheet.added:
            arrives[row], leaves[row] = first, series.rounds
            coming_in.append(row)
        seen.add(person)
    return _Presence(arrives, leaves, away, coming_in)


def _in_question(sheet: RoundSheet, expected: Expected) -> Sequence[int]:
    """The rows of whoever may not be there as the plan has them.

    Of two places of one person, who was merged, the one of who they are now comes first.
    """
    rows: Iterable[int] = range(len(sheet.people))
    if expected.inside is None:
        named = expected.departed | expected.gone | expected.late | {*sheet.now_is.values()}
        rows = sheet.added.union(row for row, person in enumerate(sheet.persons()) if person in named)
    return sorted(rows, key=lambda row: (sheet.people[row] in sheet.now_is, row))


def _keep(unit_of_work: UnitOfWork, store: Store, claimed: Claimed, series: RoundSeries, failure: str) -> None:
    def write(transaction: Transaction) -> None:
        claimed.confirm(transaction.session)
        current = store.round_series.get(series.tenant, series.id, transaction.session)
        store.round_series.save(transaction.session, current.kept(failure, transaction.now))

    unit_of_work.run(write, tenant=series.tenant)
