"""The mentoring corner of an event: slots at which mentors of its program are there, and attendees book them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from services.events.domain.meeting_slots import SlotPlan
from shared.errors import Fault, Invalid

LIMIT = 2


@dataclass(frozen=True, slots=True)
class Corner:
    """Of the event with this id: which of its slots, for which program. A version of 0: there is none yet."""

    id: str
    tenant: str
    version: int
    updated_at: datetime
    program_id: str
    slot_ids: tuple[str, ...] = ()
    place: str | None = None
    """Where it is; without it mentor and mentee get a table of the slot."""
    limit: int = LIMIT
    """How many times a mentee may book."""


@dataclass(frozen=True, slots=True)
class CornerOffer:
    """The slots at which a mentor would be there, said with the id they had then. It holds nobody's time."""

    id: str
    tenant: str
    version: int
    updated_at: datetime
    event_id: str
    member_id: str
    slot_ids: tuple[str, ...] = ()


def require_slots(slot_ids: Collection[str], plan: SlotPlan) -> None:
    """Raises Invalid for ids that are no slot of the event, or are given twice."""
    _require(slot_ids, {each.id for each in plan.slots}, "The event has no slot with this id.")


def require_in_corner(slot_ids: Collection[str], corner: Corner) -> None:
    """Raises Invalid for ids that are not of the corner, or are given twice."""
    _require(slot_ids, corner.slot_ids, "The mentoring corner has no slot with this id.")


def offer_id(event_id: str, member_id: str) -> str:
    """The id of what this member offers at this event."""
    return f"{event_id}:{member_id}"


def _require(slot_ids: Collection[str], known: Collection[str], unknown: str) -> None:
    seen: set[str] = set()
    faults = []
    for number, each in enumerate(slot_ids):
        if each in seen:
            faults.append(Fault(f"/slot_ids/{number}", "Is given twice."))
        elif each not in known:
            faults.append(Fault(f"/slot_ids/{number}", unknown))
        seen.add(each)
    if faults:
        raise Invalid(faults)
