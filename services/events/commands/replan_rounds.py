"""The coming rounds of a series are planned anew: somebody is gone, late, or kept apart from somebody now.

What has begun stays. A worker works the new plan out beside the one that is shown; if a round begins meanwhile, that
one stays as well, and the worker begins anew.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from services.events.commands.create_rounds import plan_again
from services.events.commands.gather_guests import Known, checked_in, known_of, still_members
from services.events.commands.hold_round_time import hold_time, release_of
from services.events.commands.plan_series import MOST_ATTEMPTS, pulse_of, summary_of, write_plan
from services.events.commands.publish_rounds import announce_rounds
from services.events.domain.round_changes import Window, changed, newcomer, seated_anew, stays
from services.events.domain.round_place import BUSY, GONE, NOT_CHECKED_IN, NOT_COMING, RoundPlace
from services.events.domain.round_series import Change, PlanSummary, RoundSeries, SeriesState
from services.events.scheduling.rounds import Guest, NotPlannable, RoundsPlan, RoundsSummary, asked
from services.events.scheduling.speed_rounds import replan_rounds as replan
from services.events.store import Store
from services.events.store.round_series import COLLECTION
from shared.errors import Conflict, Fault, Invalid
from shared.messaging.due import Claimed, DueWork
from shared.messaging.pulse import LEASE_SECONDS, Pulse
from shared.messaging.unit_of_work import Transaction, UnitOfWork

_GIVEN_UP = "The coming rounds could not be planned anew: the worker's log says why. The plan stays as it was."
_TOO_LATE = "All rounds had begun before the coming ones could be planned anew."


@dataclass(frozen=True, slots=True)
class _People:
    """Everybody with a place; when those who are there are there, and why others are not."""

    places: Sequence[RoundPlace]
    there: Mapping[str, Window]
    away: Mapping[str, str | None]
    coming_in: Sequence[str]
    """Who was not there until now."""
    now_is: Mapping[str, str]
    """Who each of them is now, by the ids of their places."""
    leaving: Sequence[str] = ()
    """Whoever holds time for these rounds and is not there."""


@dataclass(frozen=True, slots=True)
class _Outcome:
    """A new plan from the round `first` on: what it comes to, for whom it is another one, whose time is free again."""

    first: int
    summary: PlanSummary
    news: Sequence[str]
    leaving: Sequence[str]


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
    placed = store.round_places.of(tenant, series.id, series.plan_version, names, session)
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
    return DueWork("replan_rounds", COLLECTION, perform, where, lease_seconds=LEASE_SECONDS)


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
    before = list(store.round_places.all(series.tenant, series.id, series.plan_version))
    people = _with_their_time(unit_of_work, store, series, _people(store, series, before, first), first, pulse)
    ids = [place.member_id for place in people.places]
    known = known_of(unit_of_work, store, series, ids)
    pulse.at("plan", 0.1)
    told = asked(
        [_guest(place, people.there.get(place.member_id), first, known) for place in people.places],
        series.rounds,
        group_size=series.group_size,
        tables=series.tables_at_once,
        affinity=known.affinity,
        forbidden=known.forbidden,
        met=known.met,
        may_meet=known.may_meet,
    )
    plan = replan(_as_planned(before, series.rounds), told, first, lambda share: pulse.reached(0.1 + 0.8 * share))
    pulse.at("places", 0.9)
    seats = {person: plan.table[row].tolist()[first:] for row, person in enumerate(plan.people)}
    after = [
        seated_anew(place, first, seats[place.member_id], people.away.get(place.member_id, place.left_out))
        for place in people.places
    ]
    news = changed(before, after, first)
    write_plan(unit_of_work, store, series, series.plan_version + 1, after, pulse)
    outcome = _Outcome(first, summary_of(plan, after, len(news)), news, people.leaving)
    return _show(unit_of_work, store, claimed, series, outcome)


def _guest(place: RoundPlace, there: Window | None, first: int, known: Known) -> Guest:
    """Whoever is away is there until `first`, in what was."""
    window = there or range(0, first)
    return Guest(place.member_id, arrives=window.start, leaves=window.stop, group=known.group.get(place.member_id, ""))


def _as_planned(places: Sequence[RoundPlace], rounds: int) -> RoundsPlan:
    """The plan until now, as the engine knows it."""
    ordered = sorted(places, key=lambda place: place.member_id)
    table = np.array([place.seats for place in ordered], np.int32).reshape(len(ordered), rounds)
    return RoundsPlan(tuple(place.member_id for place in ordered), table, RoundsSummary(0, 0, 0, 0, None, False))


def _with_their_time(
    unit_of_work: UnitOfWork, store: Store, series: RoundSeries, people: _People, first: int, pulse: Pulse
) -> _People:
    """Whoever comes in takes the time for it, as far as it is free.

    So does whoever has a place whose time is not held: who gave their ticket back and has one again, or is another
    person since a merge was undone.
    """
    there, away = dict(people.there), dict(people.away)
    holding = store.held_time.holders(series.tenant, series.id)
    taking = {*people.coming_in, *(each for each in there if people.now_is[each] not in holding)}
    for member_id, window in hold_time(unit_of_work, store, series, sorted(taking), first, pulse).items():
        there[member_id] = window
        away[member_id] = BUSY if len(window) < series.rounds - first else None
        if not window:
            del there[member_id]
    leaving = holding - {people.now_is[each] for each in there}
    return replace(people, there=there, away=away, leaving=sorted(leaving))


def _show(unit_of_work: UnitOfWork, store: Store, claimed: Claimed, series: RoundSeries, outcome: _Outcome) -> bool:
    def show(transaction: Transaction) -> bool:
        if series.coming(transaction.now) != outcome.first:
            return False
        claimed.confirm(transaction.session)
        release_of(transaction, store, series.id, outcome.leaving)
        current = store.round_series.get(series.tenant, series.id, transaction.session)
        renewed = current.renewed(series.plan_version + 1, outcome.first, outcome.summary, transaction.now)
        announce_rounds(transaction, store.round_series.save(transaction.session, renewed), outcome.news)
        return True

    shown = unit_of_work.run(show, tenant=series.tenant)
    if shown:
        store.round_places.drop_before(series.id, series.plan_version)
    return shown


def _people(store: Store, series: RoundSeries, before: Sequence[RoundPlace], first: int) -> _People:
    """Who is there from `first` on, by what was said of them, by check-ins, and by whether they come at all."""
    change = series.change or Change()
    inside = set(checked_in(store, series)) if change.check_ins else None
    planned = {place.member_id: place for place in before}
    now_is = store.merges.survivors(series.tenant, {*planned, *change.gone, *change.late, *(inside or ())})
    coming = still_members(
        store, series, store.attendance.attending(series.tenant, series.event_id, set(now_is.values()))
    )
    gone = {now_is[each] for each in change.gone}
    late = {now_is[each] for each in change.late}
    there: dict[str, Window] = {}
    away: dict[str, str | None] = {}
    coming_in: list[str] = []
    seen: set[str] = set()
    # Of two places of one person, who was merged, the one of who they are now counts.
    for member_id, place in sorted(planned.items(), key=lambda each: (now_is[each[0]] != each[0], each[0])):
        person, whole = now_is[member_id], range(first, series.rounds)
        window = stays(place, first)
        if person in seen or person not in coming:
            away[member_id] = NOT_COMING
        elif person in gone:
            away[member_id] = GONE
        elif person in late or (inside is not None and person in inside and place.left_out == NOT_CHECKED_IN):
            there[member_id], away[member_id] = window or whole, None
            if not window:
                coming_in.append(member_id)
        elif inside is not None and person not in inside:
            away[member_id] = NOT_CHECKED_IN
        elif window:
            there[member_id] = window
        seen.add(person)
    joining = sorted(((late | (inside or set())) & coming) - gone - seen)
    last = max((place.number for place in before), default=0)
    newcomers = [newcomer(each, last + at, series.rounds) for at, each in enumerate(joining, start=1)]
    there |= {place.member_id: range(first, series.rounds) for place in newcomers}
    now_is = {**now_is, **{each: each for each in joining}}
    return _People((*before, *newcomers), there, away, sorted((*coming_in, *joining)), now_is)


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
    places = store.round_places.all(tenant, series.id, series.plan_version, session)
    now_is = store.merges.survivors(tenant, [place.member_id for place in places if place.takes_part], session)
    others = store.held_time.holders(tenant, series.id, session) - set(now_is.values())
    release_of(transaction, store, series.id, sorted(others))
