"""A worker makes a schedule: reads what it is made from, makes it, writes what it plans, and only then shows it.

When its last sign of life is LEASE_SECONDS old, another one begins anew, and plans the same of the same people.
"""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from functools import partial

from services.events.commands.assemble_schedule import Assembled, assemble_schedule
from services.events.domain.meeting_schedule import MeetingSchedule, Reached, ScheduleState, Summary
from services.events.domain.planned_meeting import PlannedMeeting
from services.events.scheduling.schedule_result import Bound, Planned, Schedule, Worth
from services.events.store import Store
from services.events.store.schedules import COLLECTION
from shared.ids import derived_id
from shared.messaging.due import Claimed, DueWork
from shared.messaging.lease import LeaseLost
from shared.messaging.unit_of_work import Transaction, UnitOfWork

LEASE_SECONDS = 300.0
MOST_ATTEMPTS = 5
"""A schedule that has ended so many workers, or failed so often, is given up."""
_GIVEN_UP = "It could not be made: the worker's log says why."
_STAGES = ("input", "pairs", "choice", "slots", "tables", "planning")
_TOGETHER = 1_000


def computations(store: Store) -> DueWork:
    """The due work of making schedules."""
    making = {"state": {"$in": [ScheduleState.QUEUED.value, ScheduleState.COMPUTING.value]}}
    return DueWork(
        "compute_schedule",
        COLLECTION,
        lambda unit_of_work, claimed: compute_schedule(unit_of_work, store, claimed),
        where=making,
        lease_seconds=LEASE_SECONDS,
    )


def compute_schedule(unit_of_work: UnitOfWork, store: Store, claimed: Claimed) -> None:
    """Makes the claimed schedule ready for review. Raises LeaseLost where another one took its place."""
    schedule = store.schedules.from_document(claimed.document)
    if claimed.attempts > MOST_ATTEMPTS:
        _conclude(unit_of_work, store, claimed, lambda current, now: current.failed(_GIVEN_UP, now))
        return

    furthest = 0.0

    def at(stage: str) -> None:
        nonlocal furthest  # some stages come twice
        furthest = max(furthest, _STAGES.index(stage) / len(_STAGES))
        said = schedule.computing(stage, furthest, unit_of_work.clock.now())
        if not store.schedules.report(said, claimed.token, LEASE_SECONDS):
            raise LeaseLost(COLLECTION)

    at("input")
    while unit_of_work.run(partial(_clear, store, claimed, schedule), tenant=schedule.tenant):
        pass
    assembled = unit_of_work.run(
        lambda transaction: assemble_schedule(transaction, store, schedule), tenant=schedule.tenant
    )
    # Imported where it is needed, since numeric libraries take long to load and most processes never make a schedule.
    from services.events.scheduling.schedule_apart import scheduled_apart

    made = scheduled_apart(assembled.problem, at)
    at("planning")
    _plan(unit_of_work, store, claimed, schedule, made)
    people = {member for each in made.meetings for member in (each.first, each.second)}
    # Whoever was erased meanwhile was looked for before there was anything of theirs.
    gone = people - store.people.names(schedule.tenant, people).keys()
    unit_of_work.run(
        lambda transaction: store.planned_meetings.forget(transaction.session, transaction.tenant, gone),
        tenant=schedule.tenant,
    )
    summary = _summary(assembled, made, people)
    _conclude(unit_of_work, store, claimed, lambda current, now: current.finished(summary, now))


def _clear(store: Store, claimed: Claimed, schedule: MeetingSchedule, transaction: Transaction) -> bool:
    """Removes some of what is planned until now, with the claim held: what another one has planned since stays."""
    claimed.renew(transaction.session, LEASE_SECONDS)
    return store.planned_meetings.drop_some(transaction.session, schedule.tenant, schedule.event_id, _TOGETHER)


def _plan(unit_of_work: UnitOfWork, store: Store, claimed: Claimed, schedule: MeetingSchedule, made: Schedule) -> None:
    """Some at a time, each with the claim held: whoever was overtaken writes nothing into what another one shows."""
    for first in range(0, len(made.meetings), _TOGETHER):
        write = partial(_write, store, claimed, schedule, made.meetings[first : first + _TOGETHER])
        unit_of_work.run(write, tenant=schedule.tenant)


def _write(
    store: Store, claimed: Claimed, schedule: MeetingSchedule, made: Sequence[Planned], transaction: Transaction
) -> None:
    claimed.renew(transaction.session, LEASE_SECONDS)
    planned = [
        PlannedMeeting(
            id=derived_id(schedule.id, each.first, each.second),
            tenant=schedule.tenant,
            version=1,
            updated_at=transaction.now,
            schedule_id=schedule.id,
            event_id=schedule.event_id,
            slot_id=each.slot_id,
            party_ids=(each.first, each.second),
            table=each.table,
        )
        for each in made
    ]
    store.planned_meetings.write(transaction.session, [(None, each) for each in planned])


def _conclude(
    unit_of_work: UnitOfWork,
    store: Store,
    claimed: Claimed,
    change: Callable[[MeetingSchedule, datetime], MeetingSchedule],
) -> None:
    def write(transaction: Transaction) -> None:
        claimed.confirm(transaction.session)
        current = store.schedules.get(transaction.tenant, claimed.document["_id"], transaction.session)
        store.schedules.save(transaction.session, change(current, transaction.now))

    unit_of_work.run(write, tenant=claimed.document["tenant"])


def _summary(assembled: Assembled, made: Schedule, people: Collection[str]) -> Summary:
    return Summary(
        meetings=len(made.meetings),
        people=len(people),
        without=assembled.attending - len(assembled.having.union(people)),
        reached=_reached(made.worth),
        bound=_reached(made.bound),
        optimal=made.optimal,
    )


def _reached(worth: Worth | Bound) -> Reached:
    return Reached(worth.missing, worth.mutual, worth.wished, worth.affinity)
