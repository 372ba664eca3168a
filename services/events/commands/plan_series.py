"""A worker plans speed rounds: finds who takes part, plans, writes who sits where, and only then shows it.

A worker that dies leaves nothing that is seen. When its last sign of life is LEASE_SECONDS old another begins anew, and
of the same people makes the same plan.
"""

from collections.abc import Sequence
from functools import partial

from services.events.commands.gather_guests import coming_to, known_of
from services.events.commands.hold_round_time import hold_time, release_others
from services.events.domain.round_changes import newcomer
from services.events.domain.round_place import BUSY, RoundPlace
from services.events.domain.round_series import MOST_PEOPLE, PlanSummary, RoundSeries, SeriesState
from services.events.scheduling.rounds import Guest, NotPlannable, RoundsPlan, asked
from services.events.scheduling.speed_rounds import plan_rounds
from services.events.store import Store
from services.events.store.round_series import COLLECTION
from shared.messaging.due import Claimed, DueWork
from shared.messaging.pulse import LEASE_SECONDS, Pulse
from shared.messaging.unit_of_work import Transaction, UnitOfWork

MOST_ATTEMPTS = 5
"""A series that has ended so many workers, or failed so often, is given up."""
_GIVEN_UP = "It could not be planned: the worker's log says why."
_TOGETHER = 1000
_PEOPLE, _PLAN, _PLACES = 0.0, 0.1, 0.9
"""How far the work is when each part of it begins."""


def plannings(store: Store) -> DueWork:
    """The due work of it."""

    def perform(unit_of_work: UnitOfWork, claimed: Claimed) -> None:
        plan_series(unit_of_work, store, claimed)

    where = {"state": {"$in": [SeriesState.QUEUED.value, SeriesState.PLANNING.value]}}
    return DueWork("plan_rounds", COLLECTION, perform, where, lease_seconds=LEASE_SECONDS)


def plan_series(unit_of_work: UnitOfWork, store: Store, claimed: Claimed) -> None:
    """Makes the claimed series ready for review, or failed with a sentence. Raises LeaseLost where it was cancelled."""
    series = store.round_series.from_document(claimed.document)
    if claimed.attempts > MOST_ATTEMPTS:
        _fail(unit_of_work, store, claimed, series, _GIVEN_UP)
        return
    with pulse_of(store, claimed, SeriesState.PLANNING) as pulse:
        try:
            _plan(unit_of_work, store, claimed, series, pulse)
        except NotPlannable as fault:
            pulse.stop()
            _fail(unit_of_work, store, claimed, series, str(fault))


def pulse_of(store: Store, claimed: Claimed, state: SeriesState) -> Pulse:
    """The pulse of a series while a worker is at it."""
    say = partial(
        store.round_series.report,
        claimed.document["_id"],
        claimed.token,
        lease_seconds=LEASE_SECONDS,
        state=state,
    )
    return Pulse(claimed, say)


def write_plan(
    unit_of_work: UnitOfWork,
    store: Store,
    series: RoundSeries,
    plan_version: int,
    places: Sequence[RoundPlace],
    pulse: Pulse,
) -> None:
    """Writes a plan that nobody is shown yet, with the claim held. Raises LeaseLost where another worker has it."""

    def clear(transaction: Transaction) -> None:
        pulse.hold(transaction.session)
        store.round_places.clear(transaction.session, series.id, plan_version)

    def put(transaction: Transaction, some: Sequence[RoundPlace]) -> None:
        pulse.hold(transaction.session)
        store.round_places.put(transaction.session, series.tenant, series.event_id, series.id, plan_version, some)

    unit_of_work.run(clear, tenant=series.tenant)
    for first in range(0, len(places), _TOGETHER):
        unit_of_work.run(partial(put, some=places[first : first + _TOGETHER]), tenant=series.tenant)
        pulse.reached(_PLACES + (1 - _PLACES) * first / len(places))


def summary_of(plan: RoundsPlan, places: Sequence[RoundPlace], changed: int = 0) -> PlanSummary:
    """What the plan comes to, as an organizer reads it."""
    said = plan.summary
    there = [place for place in places if place.takes_part]
    return PlanSummary(
        people=len(there),
        left_out=len(places) - len(there),
        person_rounds=said.person_rounds,
        missed=said.missed,
        repeats=said.repeats,
        affinity=said.affinity,
        bound=said.bound,
        optimal=said.optimal,
        byes_most=max((place.byes for place in there), default=0),
        tables_used=max((seat for place in there for seat in place.seats), default=-1) + 1,
        changed=changed,
    )


def _plan(unit_of_work: UnitOfWork, store: Store, claimed: Claimed, series: RoundSeries, pulse: Pulse) -> None:
    pulse.at("people", _PEOPLE)
    people = coming_to(store, series)
    _require_company(people)
    release_others(unit_of_work, store, series, people, pulse)
    there = hold_time(unit_of_work, store, series, people, 0, pulse)
    known = known_of(unit_of_work, store, series, people)
    pulse.at("plan", _PLAN)
    told = asked(
        [
            Guest(each, arrives=window.start, leaves=window.stop, group=known.group.get(each, ""))
            for each, window in there.items()
            if window
        ],
        series.rounds,
        group_size=series.group_size,
        tables=series.tables_at_once,
        affinity=known.affinity,
        forbidden=known.forbidden,
        met=known.met,
        may_meet=known.may_meet,
    )
    plan = plan_rounds(told, lambda share: pulse.reached(_PLAN + (_PLACES - _PLAN) * share))
    pulse.at("places", _PLACES)
    seats = {person: tuple(plan.table[row].tolist()) for row, person in enumerate(plan.people)}
    places = [
        newcomer(person, number, series.rounds, seats.get(person), BUSY if len(there[person]) < series.rounds else None)
        for number, person in enumerate(people, start=1)
    ]
    plan_version = series.plan_version + 1
    write_plan(unit_of_work, store, series, plan_version, places, pulse)
    pulse.stop()

    def show(transaction: Transaction) -> None:
        claimed.confirm(transaction.session)
        current = store.round_series.get(series.tenant, series.id, transaction.session)
        finished = current.finished(plan_version, summary_of(plan, places), transaction.now)
        store.round_series.save(transaction.session, finished)

    unit_of_work.run(show, tenant=series.tenant)
    store.round_places.drop_before(series.id, plan_version)


def _require_company(people: Sequence[str]) -> None:
    if len(people) < 2:
        raise NotPlannable(f"{len(people)} would take part, and rounds take two: wait until more have registered.")
    if len(people) > MOST_PEOPLE:
        raise NotPlannable(f"{len(people):,} would take part; one series takes {MOST_PEOPLE:,}: divide them.")


def _fail(unit_of_work: UnitOfWork, store: Store, claimed: Claimed, series: RoundSeries, failure: str) -> None:
    def write(transaction: Transaction) -> None:
        claimed.confirm(transaction.session)
        current = store.round_series.get(series.tenant, series.id, transaction.session)
        store.round_series.save(transaction.session, current.failed(failure, transaction.now))

    unit_of_work.run(write, tenant=series.tenant)
