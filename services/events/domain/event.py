"""An event: a gathering that people attend, from its draft to its end."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from zoneinfo import available_timezones

from shared.errors import Conflict, Fault, Invalid

OFFER_HOURS = 24


class EventState(StrEnum):
    """Where an event stands."""

    DRAFT = "draft"
    PUBLISHED = "published"
    RUNNING = "running"
    FINISHED = "finished"
    CANCELLED = "cancelled"


class EventVisibility(StrEnum):
    """Who may find an event: every member, those in its groups, or only those registered for it, who always may."""

    MEMBERS = "members"
    GROUPS = "groups"
    HIDDEN = "hidden"


_D, _P, _R, _C = EventState.DRAFT, EventState.PUBLISHED, EventState.RUNNING, EventState.CANCELLED

_TRANSITIONS: Mapping[str, Mapping[EventState, EventState]] = MappingProxyType(
    {
        "change": {_D: _D, _P: _P, _R: _R},
        "publish": {_D: _P},
        "cancel": {_D: _C, _P: _C, _R: _C},
        "register": {_P: _P, _R: _R},
        "meet": {_P: _P, _R: _R},
    }
)


@dataclass(frozen=True, slots=True)
class EventSession:
    """A part of a gathering."""

    title: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class EventSource:
    """The same gathering in a registration system outside; unique among the tenant's events."""

    source: str
    source_event_id: str


@dataclass(frozen=True, slots=True)
class Event:
    """`seats_taken` moves without a new version; `over_capacity` is what was last announced of it."""

    id: str
    tenant: str
    version: int
    updated_at: datetime
    name: str
    starts_at: datetime
    ends_at: datetime
    time_zone: str
    state: EventState = EventState.DRAFT
    visibility: EventVisibility = EventVisibility.MEMBERS
    description: str | None = None
    capacity: int | None = None
    place: str | None = None
    groups: tuple[str, ...] = ()
    """Whose members may register here, and with the visibility `groups` find it; empty: every member.

    What ticket systems sold stands."""
    sessions: tuple[EventSession, ...] = ()
    sources: tuple[EventSource, ...] = ()
    offer_hours: int = OFFER_HOURS
    """How long a freed seat is held for whom it was offered."""
    seats_taken: int = 0
    waiting: int = 0
    """How many wait for a seat; like the seats, this moves without a new version."""
    joined: int = 0
    """How many ever joined the waitlist."""
    over_capacity: bool = False
    configured: tuple[str, ...] | None = None
    """The names of those of its sources that the tenant had configured, as was last announced; None: it never was."""
    published: bool = False
    """Whether it ever was; of one that is cancelled the state does not say so."""

    @property
    def announced(self) -> bool:
        """Whether the world knows of it: from its publication on."""
        return self.state is not EventState.DRAFT

    @property
    def on_the_log(self) -> bool:
        """Whether messages have told of it: of a draft none did, nor of one that was cancelled as a draft."""
        return self.published or self.state not in (EventState.DRAFT, EventState.CANCELLED)

    @property
    def overfull(self) -> bool:
        """Whether ticket systems sold more seats than there are."""
        return self.overfull_with(self.seats_taken)

    def overfull_with(self, seats_taken: int) -> bool:
        """Whether it would be, with so many taken."""
        return self.capacity is not None and seats_taken > self.capacity

    @property
    def full(self) -> bool:
        """Whether no seat is left to give."""
        return self.capacity is not None and self.seats_taken >= self.capacity

    def promotes(self, now: datetime) -> bool:
        """Whether a seat is free and somebody waits for it, while that is of use."""
        return self.waiting > 0 and not self.full and self.state in _TRANSITIONS["register"] and now < self.ends_at

    def after(self, verb: str, now: datetime) -> "Event":
        """This event after `change`, `publish`, `cancel`, `register` or `meet`.

        Raises Conflict where its state forbids it.
        """
        reached = _TRANSITIONS[verb].get(self.state)
        if reached is None:
            raise Conflict(f"An event that is {self.state} does not allow: {verb}.")
        return replace(self, state=reached, updated_at=now, published=self.published or verb == "publish")

    def contains(self, starts_at: datetime, ends_at: datetime) -> bool:
        """Whether that time lies within it."""
        return self.starts_at <= starts_at and ends_at <= self.ends_at

    def names(self, source: str, source_event_id: str) -> bool:
        """Whether records of that event of that system belong here."""
        return EventSource(source, source_event_id) in self.sources


def require_sound(event: Event) -> None:
    """Raises Invalid with every fault that no single field shows."""
    faults = []
    if event.ends_at <= event.starts_at:
        faults.append(Fault("/ends_at", "Must be later than starts_at."))
    if event.time_zone not in available_timezones():
        faults.append(Fault("/time_zone", "Not an IANA time zone, as Europe/Rome."))
    if event.visibility is EventVisibility.GROUPS and not event.groups:
        faults.append(Fault("/groups", "An event for the members of groups alone names at least one."))
    for number, session in enumerate(event.sessions):
        if session.ends_at <= session.starts_at:
            faults.append(Fault(f"/sessions/{number}/ends_at", "Must be later than starts_at."))
    for number, source in enumerate(event.sources):
        if source in event.sources[:number]:
            faults.append(Fault(f"/sources/{number}", "Is named twice."))
    if faults:
        raise Invalid(faults)
