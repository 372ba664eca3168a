"""Meetings as appointments in the private calendars of the two."""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime

from services.events.domain.agenda import CANCELLED_SHOWN
from services.events.domain.event import Event
from services.events.domain.meeting import Meeting, MeetingState
from services.events.domain.meeting_slots import SlotPlan
from shared.calendar import Appointment, Standing

_STANDING: Mapping[MeetingState, Standing] = {
    MeetingState.ACCEPTED: Standing.CONFIRMED,
    MeetingState.PENDING: Standing.TENTATIVE,
}
"""What ended otherwise is cancelled."""


def appointments(
    meetings: Sequence[Meeting],
    own: AbstractSet[str],
    names: Mapping[str, str],
    events: Mapping[str, Event],
    plans: Mapping[str, SlotPlan],
    now: datetime,
) -> Iterator[Appointment]:
    """The meetings as they stand for the one member who is known by these ids; `names` are those of the others.

    A meeting's id is its UID. Only what both said yes to once is there: as TENTATIVE while a new time waits for a yes,
    and as CANCELLED for a while where nothing comes of it.
    """
    for meeting in meetings:
        event = events.get(meeting.event_id)
        standing = _STANDING.get(meeting.state, Standing.CANCELLED)
        if event is None or not meeting.agreed:
            continue
        if standing is Standing.CANCELLED and meeting.updated_at + CANCELLED_SHOWN <= now:
            continue
        name = next((names[each] for each in meeting.party_ids if each not in own and each in names), None)
        plan = plans.get(meeting.event_id)
        slot = None if plan is None else plan.slot(meeting.slot_id)
        link = None if slot is None or meeting.state is not MeetingState.ACCEPTED else slot.link_at(meeting.table)
        where = [each for each in (meeting.table or meeting.place, event.place) if each]
        yield Appointment(
            uid=meeting.id,
            sequence=meeting.sequence,
            summary=f"Meeting at {event.name}" if name is None else f"Meeting with {name}",
            starts_at=meeting.starts_at,
            ends_at=meeting.ends_at,
            standing=standing,
            stamp=meeting.updated_at,
            zone=event.time_zone,
            place=", ".join(where) or None,
            description="\n".join(each for each in (event.name, link) if each),
            revised_at=meeting.updated_at,
        )
