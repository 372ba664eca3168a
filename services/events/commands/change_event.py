"""An organizer changes an event."""

from dataclasses import replace
from typing import Any

from services.events.commands.announce_event import announce_event
from services.events.commands.announce_sources import with_sources
from services.events.domain.event import Event, require_sound
from services.events.store import Store
from shared.errors import Conflict
from shared.messaging.unit_of_work import Transaction


def change_event(transaction: Transaction, store: Store, event: Event, changes: dict[str, Any]) -> Event:
    """The event with these fields; tells the world where it knows of the event.

    Records that waited for a source named now are taken in soon after. Lowering the capacity below the seats taken is
    allowed and ends nothing; raising it gives seats to who waits. Raises Invalid where the result does not fit
    together, Conflict where the event is over or cancelled, another one names a source, registrations came from a
    source that is to go, or slots for meetings, topics or speed rounds would lie outside it.
    """
    changed = replace(event, **changes).after("change", transaction.now)
    require_sound(changed)
    _require_all_within(transaction, store, changed)
    _move_sources(transaction, store, event, changed)
    if changed.announced and changed.sources != event.sources:
        changed = with_sources(transaction, store, changed)
    saved = store.events.save(transaction.session, replace(changed, over_capacity=changed.overfull))
    if saved.promotes(transaction.now):
        store.waitlist.promote_soon(transaction.session, transaction.tenant, saved.id, transaction.now)
    if saved.announced:
        announce_event(transaction, saved, "updated")
    return saved


def _require_all_within(transaction: Transaction, store: Store, changed: Event) -> None:
    """What people have agreed on must not come to lie outside the event unseen: the organizer moves it first."""
    plan = store.slot_plans.find(transaction.tenant, changed.id, transaction.session)
    slots = () if plan is None else plan.slots
    outside = sum(not changed.contains(each.starts_at, each.ends_at) for each in slots)
    if outside:
        raise Conflict(f"{outside} slots for meetings would lie outside the event: move them, or take them out.")
    topics = store.topics.outside(
        transaction.tenant, changed.id, changed.starts_at, changed.ends_at, transaction.now, transaction.session
    )
    if topics:
        raise Conflict(f"{topics} topics would lie outside the event: move them, or call them off.")
    rounds = [
        each.name
        for each in store.round_series.taking_time(transaction.session, transaction.tenant, changed.id)
        if each.ends_at > transaction.now and not changed.contains(each.starts_at, each.ends_at)
    ]
    if rounds:
        named = ", ".join(rounds)
        raise Conflict(f"Speed rounds would lie outside the event: {named}. Cancel them, and ask for others.")


def _move_sources(transaction: Transaction, store: Store, before: Event, after: Event) -> None:
    session, tenant = transaction.session, transaction.tenant
    for source in before.sources:
        if source in after.sources:
            continue
        if store.registrations.any_from(tenant, before.id, source.source, source.source_event_id, session):
            raise Conflict(f"Registrations came from {source.source} {source.source_event_id}: it has to stay.")
        store.source_events.release(session, tenant, source)
    for source in after.sources:
        if source in before.sources:
            continue
        store.source_events.claim(session, tenant, after.id, source)
        if after.announced:
            store.source_events.open(session, tenant, source, transaction.now)
