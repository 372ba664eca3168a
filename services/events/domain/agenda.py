"""Events as appointments in a calendar: of everybody, or as they stand for one member."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.events.domain.event import Event, EventState
from services.events.domain.registration import Registration, Status
from shared.calendar import Appointment, Standing

CANCELLED_SHOWN = timedelta(days=30)
"""How long a feed shows what is cancelled: a program that only looks now and then has to see it go."""

PAST_SHOWN = timedelta(days=365)

_OF_REGISTRATION: Mapping[Status, Standing] = {
    Status.CONFIRMED: Standing.CONFIRMED,
    Status.NO_SHOW: Standing.CONFIRMED,
    Status.PENDING: Standing.TENTATIVE,
    Status.WAITLISTED: Standing.TENTATIVE,
    Status.OFFERED: Standing.TENTATIVE,
    Status.EXPIRED: Standing.CANCELLED,
    Status.CANCELLED: Standing.CANCELLED,
    Status.REFUNDED: Standing.CANCELLED,
}
"""No show is confirmed: the seat was theirs, and the past is not rewritten."""

_BEST_FIRST = (Standing.CONFIRMED, Standing.TENTATIVE, Standing.CANCELLED)


@dataclass(frozen=True, slots=True)
class Told:
    """What the world was told of a member at an event: how many times, and when last."""

    times: int
    at: datetime


def appointment(event: Event) -> Appointment:
    """The event as such. Its id is the UID, its version the SEQUENCE, as in the mails about it."""
    standing = Standing.CONFIRMED
    if event.state is EventState.CANCELLED:
        standing = Standing.CANCELLED
    elif event.state is EventState.DRAFT:
        standing = Standing.TENTATIVE
    return Appointment(
        uid=event.id,
        sequence=event.version,
        summary=event.name,
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        standing=standing,
        stamp=event.updated_at,
        zone=event.time_zone,
        place=event.place,
        description=event.description,
        revised_at=event.updated_at,
    )


def agenda(
    events: Sequence[Event], registrations: Sequence[Registration], told: Mapping[str, Told], now: datetime
) -> Iterator[Appointment]:
    """The events as they stand for the one member whose registrations these are: the best of them counts.

    `told` is by event, and raises the SEQUENCE: a registration that is cancelled and made again must not be taken for
    an older state. An event without any registration is one that they lost to somebody else.
    """
    for event in events:
        own = [each for each in registrations if each.event_id == event.id]
        heard = told.get(event.id)
        changed_at = max([each.updated_at for each in own] + ([] if heard is None else [heard.at]))
        standing = min(
            (_OF_REGISTRATION[each.status] for each in own), key=_BEST_FIRST.index, default=Standing.CANCELLED
        )
        if event.state is EventState.CANCELLED:
            standing, changed_at = Standing.CANCELLED, event.updated_at
        if standing is Standing.CANCELLED and changed_at + CANCELLED_SHOWN <= now:
            continue
        revised_at = max(changed_at, event.updated_at)
        yield replace(
            appointment(event),
            standing=standing,
            sequence=event.version + (0 if heard is None else heard.times),
            stamp=revised_at,
            revised_at=revised_at,
        )
