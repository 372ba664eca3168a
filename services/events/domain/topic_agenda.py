"""Topics as appointments in the private calendars of those who come."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from services.events.domain.agenda import CANCELLED_SHOWN
from services.events.domain.event import Event
from services.events.domain.topic import Standing as Place
from services.events.domain.topic import Topic, TopicState
from shared.calendar import Appointment, Standing


def appointments(
    topics: Sequence[Topic], member_id: str, events: Mapping[str, Event], now: datetime
) -> Iterator[Appointment]:
    """The topics as they stand for this member, their host or a guest. A topic's id is its UID.

    Whoever only waits has none; it is TENTATIVE while they have to decide, and CANCELLED for a while.
    """
    for topic in topics:
        event, place = events.get(topic.event_id), topic.standing(member_id)
        if event is None or (place in (None, Place.WAITING) and member_id != topic.host_id):
            continue
        standing = Standing.TENTATIVE if place is Place.UNDECIDED else Standing.CONFIRMED
        if topic.state is TopicState.CANCELLED:
            if topic.updated_at + CANCELLED_SHOWN <= now:
                continue
            standing = Standing.CANCELLED
        yield Appointment(
            uid=topic.id,
            sequence=topic.sequence,
            summary=topic.title or f"Topic at {event.name}",
            starts_at=topic.starts_at,
            ends_at=topic.ends_at,
            standing=standing,
            stamp=topic.updated_at,
            zone=event.time_zone,
            place=", ".join(each for each in (topic.place, event.place) if each) or None,
            description="\n".join(each for each in (event.name, topic.description) if each),
            revised_at=topic.updated_at,
        )
