"""The coming rounds of a series are planned anew: somebody is gone, late, or kept apart from somebody now.

What has begun stays. A worker works the new plan out beside the one that is shown; if a round begins meanwhile, that
one stays as well, and the worker begins anew.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from services.events.commands.create_rounds import plan_again
from services.events.commands.expect_people import Expected
from services.events.commands.gather_guests import apart_among, groups_among
from services.events.commands.hold_round_time import hold_time, release_of
from services.events.commands.know_sheet import known_sheet
from services.events.commands.plan_series import MOST_ATTEMPTS, give_places, keep_plan, pulse_of, summary_of
from services.events.commands.publish_rounds import announce_rounds
from services.events.domain.round_place import BUSY, GONE, NOT_CHECKED_IN, NOT_COMING, Window
from services.events.domain.round_series import Change, PlanSummary, RoundSeries, SeriesState
from services.events.scheduling.round_sheet import RoundSheet, told_anew
from services.events.scheduling.rounds import Guest, NotPlannable, RoundsPlan, asked
from services.events.scheduling.speed_rounds import replan_rounds as replan
from services.events.store import Store
from services.events.store.round_series import COLLECTION
from shared.errors import Conflict, Fault, Invalid
from shared.ids import new_id
from shared.messaging.due import Claimed, DueWork
from shared.messaging.pulse import LEASE_SECONDS, Pulse
from shared.messaging.unit_of_work import Transaction, UnitOfWork

_GIVEN_UP = "The coming rounds could not be planned anew: the worker's log says why. The plan stays as it was."
_TOO_LATE = "All rounds had begun before the coming ones could be planned anew."


@dataclass(frozen=True, slots=True)
class _Presence:
    """Of the rows of a sheet: when those who are there are there, and why others are not."""

    there: Mapping[int, Window]
    away: Mapping[int, str | None]
    coming_in: Sequence[int]
    """Who was not there until now."""


@dataclass(frozen=True, slots=True)
class _Outcome:
    """A new plan from the round `first` on: what it comes to, for whom it is another one, whose time is free again."""

    first: int
    summary: PlanSummary
    news: Sequence[str]
    leaving: Sequence[str]
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
    names = {*now_is.values(), *store.merges.merged_into(tenant, list(now_is.values()), session)}
    placed = store.round_places.of(series, names, session)
    there = store.merges.survivors(tenant, {each.member_id for each in placed}, session).values()
    coming = store.attendance.attending(tenant, series.event_id, set(now_is.values()), session)
    late = {now_is[each] for each in change.late}
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
    return DueWork("replan_rounds", COLLECTION, perform, where, lease_seconds=LEASE_SECONDS, prompt=True)


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
    pulse.at("people", 0.0)
    stamp = new_id()
    before, expected = known_sheet(store, series, stamp)
    presence = _presence(series, before, expected, first)
    presence, leaving = _with_their_time(unit_of_work, store, series, before, presence, first, pulse)
    plan = _planned(unit_of_work, store, series, before, presence, first, pulse)
    pulse.at("places", 0.9)
    reasons = {**before.left_out, **presence.away}
    left_out = {row: why for row, why in reasons.items() if why is not None}
    sheet = before.seated(series.plan_version + 1, first, plan.table[:, first:], left_out)
    news = [sheet.people[row] for row in np.flatnonzero(told_anew(before.table, sheet.table, first))]
    newcomers = {sheet.people[row]: int(sheet.numbers[row]) for row in before.added}
    give_places(unit_of_work, store, series, newcomers, pulse)
    summary = summary_of(plan.summary, sheet.table, len(news))
    outcome = _Outcome(first, summary, news, leaving, bool(newcomers), stamp, sheet)
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
    apart = apart_among(unit_of_work, store, series, sheet.rows())
    now_is = {each: sheet.person(each) for each in sheet.people}
    group, may_meet = groups_among(unit_of_work, store, series, now_is)
    until_now = range(0, first)
    windows = (presence.there.get(row, until_now) for row in range(len(sheet.people)))
    told = asked(
        [
            Guest(each, arrives=window.start, leaves=window.stop, group=group.get(each, ""))
            for each, window in zip(sheet.people, windows, strict=True)
        ],
        series.rounds,
        group_size=series.group_size,
        tables=series.tables_at_once,
        may_meet=may_meet,
    )
    pulse.at("plan", 0.1)
    told = sheet.ties.of(told, np.arange(len(sheet.people)), apart)
    return replan(sheet.as_plan(), told, first, lambda share: pulse.reached(0.1 + 0.8 * share))


def _with_their_time(
    unit_of_work: UnitOfWork,
    store: Store,
    series: RoundSeries,
    sheet: RoundSheet,
    presence: _Presence,
    first: int,
    pulse: Pulse,
) -> tuple[_Presence, Sequence[str]]:
    """Whoever comes in takes the time for it, as far as it is free; and who holds time and is not there.

    So does whoever has a place whose time is not held: who gave their ticket back and has one again, or is another
    person since a merge was undone.
    """
    there, away = dict(presence.there), dict(presence.away)
    holding = store.held_time.holders(series.tenant, series.id)
    unheld = (row for row in there if sheet.person(sheet.people[row]) not in holding)
    taking = {sheet.people[row]: row for row in {*presence.coming_in, *unheld}}
    for member_id, window in hold_time(unit_of_work, store, series, sorted(taking), first, pulse).items():
        row = taking[member_id]
        there[row] = window
        away[row] = BUSY if len(window) < series.rounds - first else None
        if not window:
            del there[row]
    leaving = holding - {sheet.person(sheet.people[row]) for row in there}
    return _Presence(there, away, presence.coming_in), sorted(leaving)


def _show(unit_of_work: UnitOfWork, store: Store, claimed: Claimed, series: RoundSeries, outcome: _Outcome) -> bool:
    def show(transaction: Transaction) -> bool:
        if series.coming(transaction.now) != outcome.first:
            return False
        claimed.confirm(transaction.session)
        if not outcome.newcomers:
            store.round_places.clear(transaction.session, series)
        release_of(transaction, store, series.id, outcome.leaving)
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
    inside = expected.inside
    begins, ends = sheet.windows(first)
    there: dict[int, Window] = {}
    away: dict[int, str | None] = {}
    coming_in: list[int] = []
    seen: set[str] = set()
    # Of two places of one person, who was merged, the one of who they are now counts.
    in_order = sorted(range(len(sheet.people)), key=lambda row: sheet.people[row] in sheet.now_is)
    for row in in_order:
        person, whole = sheet.person(sheet.people[row]), range(first, series.rounds)
        window = range(begins[row], ends[row])
        if person in seen or person in expected.departed:
            away[row] = NOT_COMING
        elif person in expected.gone:
            away[row] = GONE
        elif person in expected.late or (
            inside is not None and person in inside and sheet.left_out.get(row) == NOT_CHECKED_IN
        ):
            there[row], away[row] = window or whole, None
            if not window:
                coming_in.append(row)
        elif inside is not None and person not in inside:
            away[row] = NOT_CHECKED_IN
        elif row in sheet.added:
            there[row] = whole
            coming_in.append(row)
        elif window:
            there[row] = window
        seen.add(person)
    return _Presence(there, away, coming_in)


def _keep(unit_of_work: UnitOfWork, store: Store, claimed: Claimed, series: RoundSeries, failure: str) -> None:
    def write(transaction: Transaction) -> None:
        claimed.confirm(transaction.session)
        current = store.round_series.get(series.tenant, series.id, transaction.session)
        _release_others(transaction, store, series)
        store.round_series.save(transaction.session, current.kept(failure, transaction.now))

    unit_of_work.run(write, tenant=series.tenant)


def _release_others(transaction: Transaction, store: Store, series: RoundSeries) -> None:
    """Gives back the time of whoever would have come in by the plan that came to nothing."""
    tenant, session = series.tenant, transaction.session
    places = store.round_places.all(series, session)
    now_is = store.merges.survivors(tenant, [place.member_id for place in places if place.takes_part], session)
    others = store.held_time.holders(tenant, series.id, session) - set(now_is.values())
    release_of(transaction, store, series.id, sorted(others))
