"""An organizer asks for speed rounds: a worker plans them."""

from dataclasses import replace
from typing import Any

from services.events.domain.event import Event
from services.events.domain.meeting_groups import OTHERS
from services.events.domain.round_series import RoundSeries, RoundsOverlap, overlap, require_sound
from services.events.store import Store
from shared.errors import Conflict, Fault, Invalid
from shared.ids import new_id
from shared.messaging.unit_of_work import Transaction


def create_rounds(transaction: Transaction, store: Store, event: Event, asked: dict[str, Any]) -> RoundSeries:
    """A queued series, due at once; `asked` are fields of it.

    Raises Invalid, RoundsOverlap, and Conflict for an event that is not open.
    """
    now = transaction.now
    # Two that are asked for at once write the event, so that the later finds the earlier.
    held = store.events.hold(transaction.session, transaction.tenant, event.id) or event
    held.after("meet", now)
    series = RoundSeries(
        id=new_id(),
        tenant=transaction.tenant,
        version=1,
        updated_at=now,
        created_at=now,
        event_id=event.id,
        due_at=now,
        traceparent=transaction.traceparent,
        **asked,
    )
    require_sound(series, held, now)
    _require_groups(transaction, store, series)
    _require_free(transaction, store, series)
    store.round_series.insert(transaction.session, series)
    return series


def plan_again(transaction: Transaction, store: Store, series: RoundSeries) -> RoundSeries:
    """To be planned from the beginning, with whoever takes part by then: nobody has been told of the plan there is.

    Raises IllegalTransition, RoundsOverlap, and Conflict where the first round has begun, or the event does not take
    place then any more.
    """
    event = store.events.hold(transaction.session, transaction.tenant, series.event_id)
    if event is not None and not event.contains(series.starts_at, series.ends_at):
        raise Conflict("The event does not take place at that time any more: ask for other rounds.")
    if series.starts_at <= transaction.now:
        raise Conflict("The first of these rounds would have begun: ask for others.")
    queued = series.again(transaction.traceparent, transaction.now)
    _require_free(transaction, store, queued)
    return store.round_series.save(transaction.session, replace(queued, stage=""))


def _require_groups(transaction: Transaction, store: Store, series: RoundSeries) -> None:
    """Raises Invalid where one of the groups that are to meet is none of the event's."""
    groups = store.meeting_groups.find(transaction.tenant, series.event_id, transaction.session)
    names = {OTHERS, *(each.name for each in (groups.groups if groups is not None else ()))}
    faults = [
        Fault(f"/may_meet/{at}/{place}", "The event has no group of this name.")
        for at, pair in enumerate(series.may_meet)
        for place, name in enumerate(pair)
        if name not in names
    ]
    if faults:
        raise Invalid(faults)


def _require_free(transaction: Transaction, store: Store, series: RoundSeries) -> None:
    for other in store.round_series.taking_time(transaction.session, transaction.tenant, series.event_id):
        if other.id != series.id and overlap(series, other):
            raise RoundsOverlap(other.name)
