"""What every change of a registration brings about: its seat, its member's attendance, the messages that tell of it."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from services.events.commands.announce_event import announce_event
from services.events.domain.announcements import Announcement, announcements
from services.events.domain.event import Event, EventState
from services.events.domain.registration import Registration
from services.events.store import Store
from shared.clock import rfc3339
from shared.messaging.unit_of_work import Transaction


def settle_registration(
    transaction: Transaction,
    store: Store,
    before: Registration | None,
    after: Registration,
    *,
    reason: str | None = None,
    seat_taken: bool = False,
) -> Registration:
    """Writes the registration over what it was (None: it is new) and settles the rest; returns it as saved.

    `reason` is told where the registration is cancelled. `seat_taken`: the caller took its seat already, under the
    event's capacity; any other seat is taken even above it.
    """
    seats = after.seats - (before.seats if before else 0)
    if seats and not seat_taken:
        _follow_capacity(
            transaction, store, store.events.move_seats(transaction.session, transaction.tenant, after.event_id, seats)
        )
    due, told = announcements(after, reason)
    after = replace(after, announced=told)
    if before is None:
        store.registrations.insert(transaction.session, after)
        saved = after
    else:
        saved = store.registrations.save(transaction.session, after)
    attending = _settle_attendance(transaction, store, saved.event_id, {each.member_id for each in due})
    for announcement in due:
        _publish(transaction, saved, announcement, attending)
    return saved


def _follow_capacity(transaction: Transaction, store: Store, event: Event) -> None:
    """Tells when an event comes to be over its capacity, and when it no longer is."""
    if event.overfull is event.over_capacity or event.state is EventState.CANCELLED:
        return
    saved = store.events.save(
        transaction.session, replace(event, over_capacity=event.overfull, updated_at=transaction.now)
    )
    announce_event(transaction, saved, "updated")


def _settle_attendance(
    transaction: Transaction, store: Store, event_id: str, member_ids: Collection[str]
) -> Mapping[str, bool]:
    """Whether each member attends the event now: the best of all their registrations says so."""
    session, tenant = transaction.session, transaction.tenant
    attending = {
        member_id: store.registrations.any_confirmed(tenant, event_id, member_id, session) for member_id in member_ids
    }
    for member_id, does in attending.items():
        store.attendance.set(session, tenant, event_id, member_id, does)
    return attending


def _publish(
    transaction: Transaction, registration: Registration, said: Announcement, attending: Mapping[str, bool]
) -> None:
    checked_in_at = registration.checked_in_at if said.checked_in else None
    data: dict[str, Any] = {
        "id": registration.id,
        "event_id": registration.event_id,
        "member_id": said.member_id,
        "status": said.status.value,
        "attending": attending[said.member_id],
        "checked_in_at": None if checked_in_at is None else rfc3339(checked_in_at),
        "mentoring": list(said.mentoring),
    }
    if registration.origin is not None:
        data |= {
            "source": registration.origin.source,
            "source_event_id": registration.origin.source_event_id,
            "source_registration_id": registration.origin.source_registration_id,
        }
    if said.reason is not None:
        data["reason"] = said.reason
    transaction.publish(said.type, key=registration.id, version=registration.version, data=data)
