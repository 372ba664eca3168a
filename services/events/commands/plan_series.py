"""A worker plans speed rounds: finds who takes part, plans, writes who sits where, and only then shows it.

A worker that dies leaves nothing that is seen. When its last sign of life is LEASE_SECONDS old another begins anew, and
of the same people makes the same plan.
"""

from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np

from services.events.commands.gather_guests import apart_among, coming_to, groups_among, known_of
from services.events.commands.hold_round_time import hold_time, release_others
from services.events.domain.round_place import ABSENT, BUSY, BYE
from services.events.domain.round_series import MOST_PEOPLE, PlanSummary, RoundSeries, SeriesState
from services.events.scheduling.round_sheet import RoundSheet
from services.events.scheduling.rounds import Guest, Ints, NotPlannable, RoundsSummary, asked
from services.events.store import Store
from services.events.store.round_seats import Seating
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


def give_places(
    unit_of_work: UnitOfWork, store: Store, series: RoundSeries, numbers: Mapping[str, int], pulse: Pulse
) -> None:
    """Gives these members places by the next plan, with the claim held; nobody is shown them yet.

    Raises LeaseLost where another worker has it.
    """
    members = sorted(numbers)

    def put(transaction: Transaction, first: int) -> None:
        pulse.hold(transaction.session)
        if not first:
            store.round_places.clear(transaction.session, series)
        some = {each: numbers[each] for each in members[first : first + _TOGETHER]}
        store.round_places.put(transaction.session, series, some)

    for first in range(0, len(members), _TOGETHER):
        unit_of_work.run(partial(put, first=first), tenant=series.tenant)
        pulse.reached(_PLACES + (1 - _PLACES) * first / len(members))


def keep_plan(transaction: Transaction, store: Store, series: RoundSeries, sheet: RoundSheet, stamp: str) -> None:
    """Keeps who sits where by this plan, and what it was made of."""
    session = transaction.session
    left_out = {int(sheet.numbers[row]): why for row, why in sheet.left_out.items()}
    store.round_seats.put(session, series, sheet.plan, Seating(sheet.by_number(), left_out))
    store.round_sheets.keep(session, series, stamp, sheet)


def summary_of(said: RoundsSummary, table: Ints, changed: int = 0) -> PlanSummary:
    """What the plan comes to, as an organizer reads it; `table` has everybody with a place."""
    there = (table != ABSENT).any(axis=1)
    return PlanSummary(
        people=int(there.sum()),
        left_out=int((~there).sum()),
        person_rounds=said.person_rounds,
        missed=said.missed,
        repeats=said.repeats,
        affinity=said.affinity,
        bound=said.bound,
        optimal=said.optimal,
        byes_most=int((table == BYE).sum(axis=1).max(initial=0)),
        tables_used=int(table.max(initial=-1)) + 1,
        changed=changed,
    )


def _plan(unit_of_work: UnitOfWork, store: Store, claimed: Claimed, series: RoundSeries, pulse: Pulse) -> None:
    pulse.at("people", _PEOPLE)
    stamp, _ = store.round_sheets.begin(series)
    people = coming_to(store, series)
    _require_company(people)
    release_others(unit_of_work, store, series, people, pulse)
    there = hold_time(unit_of_work, store, series, people, 0, pulse)
    known = known_of(store, series, people)
    row = {known.now_is[each]: at for at, each in reversed([*enumerate(people)])}
    apart = apart_among(store, series, row)
    group, may_meet = groups_among(unit_of_work, store, series, people, known.now_is)
    pulse.at("plan", _PLAN)
    told = asked(
        [
            Guest(each, arrives=window.start, leaves=window.stop, group=group.get(each, ""))
            for each, window in there.items()
            if window
        ],
        series.rounds,
        group_size=series.group_size,
        tables=series.tables_at_once,
        may_meet=may_meet,
    )
    rows = np.array([at for at, each in enumerate(people) if there[each]], np.int64)
    # Imported where it is needed, since numeric libraries take long to load and most processes never plan.
    from services.events.scheduling.speed_rounds import plan_rounds

    plan = plan_rounds(known.ties.of(told, rows, apart), lambda share: pulse.reached(_PLAN + (_PLACES - _PLAN) * share))
    pulse.at("places", _PLACES)
    table = np.full((len(people), series.rounds), ABSENT, np.int32)
    table[rows] = plan.table
    sheet = RoundSheet(
        plan=series.plan_version + 1,
        people=tuple(people),
        now_is={each: person for each, person in known.now_is.items() if each != person},
        numbers=np.arange(1, len(people) + 1, dtype=np.int32),
        table=table,
        left_out={at: BUSY for at, each in enumerate(people) if len(there[each]) < series.rounds},
        ties=known.ties,
        said=known.said,
        others=known.others,
    )
    give_places(unit_of_work, store, series, dict(zip(people, sheet.numbers.tolist(), strict=True)), pulse)
    pulse.stop()

    def show(transaction: Transaction) -> None:
        claimed.confirm(transaction.session)
        current = store.round_series.get(series.tenant, series.id, transaction.session)
        finished = current.finished(sheet.plan, summary_of(plan.summary, table), transaction.now)
        store.round_series.save(transaction.session, finished)
        keep_plan(transaction, store, series, sheet, stamp)

    unit_of_work.run(show, tenant=series.tenant)
    store.round_places.drop_before(series.id, sheet.plan)
    store.round_seats.drop_before(series.id, sheet.plan)


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
