"""The times at which people may meet at an event, and the places there are then: fixed by the organizer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from services.events.domain.event import Event
from services.events.domain.topic_rules import USUAL, TopicRules
from shared.errors import Conflict, Fault, Invalid

REQUEST_HOURS = 24
NOTICE_HOURS = 12
PENDING_LIMIT = 5


@dataclass(frozen=True, slots=True)
class MeetingPlace:
    """A table, or a room with several: `capacity` meetings at once. Its name is unique in its slot."""

    name: str
    capacity: int = 1
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Slot:
    """From when until when; without places people choose one themselves, or meet behind the link."""

    id: str
    starts_at: datetime
    ends_at: datetime
    places: tuple[MeetingPlace, ...] = ()
    link: str | None = None

    def place(self, name: str | None) -> MeetingPlace | None:
        """The place of that name."""
        return next((each for each in self.places if each.name == name), None)

    def link_at(self, table: str | None) -> str | None:
        """Where one meets there without being there: the table's own link, else the slot's."""
        place = self.place(table)
        return self.link if place is None or place.link is None else place.link


@dataclass(frozen=True, slots=True)
class SlotPlan:
    """All slots of the event with this id, in order of time, and the numbers that requests go by.

    A version of 0: nothing was planned yet.
    """

    id: str
    tenant: str
    version: int
    updated_at: datetime
    slots: tuple[Slot, ...] = ()
    request_hours: int = REQUEST_HOURS
    """After how many hours a request expires."""
    notice_hours: int = NOTICE_HOURS
    """How many hours before its slot it expires at last."""
    pending_limit: int = PENDING_LIMIT
    """How many requests a person may have waiting for an answer."""
    topics: TopicRules = USUAL

    def slot(self, slot_id: str) -> Slot | None:
        """The slot with this id."""
        return next((each for each in self.slots if each.id == slot_id), None)

    def wanted(self, slot_id: str, now: datetime) -> Slot:
        """The slot to meet in. Raises Invalid where there is none of that id, Conflict where it has begun."""
        slot = self.slot(slot_id)
        if slot is None:
            raise Invalid([Fault("/slot_id", "The event has no slot with this id.")])
        if slot.starts_at <= now:
            raise Conflict("That slot has begun, or is over.")
        return slot

    def expires_at(self, asked_at: datetime, starts_at: datetime) -> datetime:
        """When a request that is made then for a slot that starts then expires: the earlier of the two limits."""
        return min(asked_at + timedelta(hours=self.request_hours), starts_at - timedelta(hours=self.notice_hours))


def require_sound(plan: SlotPlan, event: Event, before: SlotPlan, now: datetime) -> None:
    """Raises Invalid with every fault that no single field shows; `before` is the plan until now."""
    faults: list[Fault] = []
    known = {each.id: each for each in before.slots}
    for number, slot in enumerate(plan.slots):
        at = f"/slots/{number}"
        if slot.ends_at <= slot.starts_at:
            faults.append(Fault(f"{at}/ends_at", "Must be later than starts_at."))
        elif not event.contains(slot.starts_at, slot.ends_at):
            faults.append(Fault(at, "Must lie within the event."))
        was = known.get(slot.id)
        if was is not None and was.ends_at <= now and (was.starts_at, was.ends_at) != (slot.starts_at, slot.ends_at):
            faults.append(Fault(at, "Is over: its time stays."))
        names = [each.name for each in slot.places]
        faults += [
            Fault(f"{at}/places/{place}/name", "Is named twice in this slot.")
            for place, name in enumerate(names)
            if name in names[:place]
        ]
    faults += _repeated(plan.slots) + _overlapping(plan.slots)
    if faults:
        raise Invalid(faults)


def _repeated(slots: Sequence[Slot]) -> list[Fault]:
    seen: set[str] = set()
    faults = []
    for number, slot in enumerate(slots):
        if slot.id in seen:
            faults.append(Fault(f"/slots/{number}/id", "Is given twice."))
        seen.add(slot.id)
    return faults


def _overlapping(slots: Sequence[Slot]) -> list[Fault]:
    """Of each two neighbors in time that overlap, the later."""
    numbered = sorted(enumerate(slots), key=lambda each: (each[1].starts_at, each[1].ends_at))
    faults = []
    for (_, earlier), (number, later) in pairwise(numbered):
        if later.starts_at < earlier.ends_at:
            faults.append(Fault(f"/slots/{number}", "Overlaps another slot."))
    return faults
