"""`events.v1`: every gathering in full."""

from shared.contracts.fields import Choice, Code, Flag, Id, Line, Many, One, Record, Text, Timestamp, Whole
from shared.contracts.message_type import message_type
from shared.contracts.topic import Topic, compacted
from shared.contracts.vocabulary import EVENT_STATES

TOPIC = Topic("events.v1", "Every gathering in full, from its publication on.", ("events",), compacted())


class EventSession(Record):
    """A part of a gathering."""

    title = Line("What it is called.", 200, shortest=1, required=True)
    starts_at = Timestamp("Its start.", required=True)
    ends_at = Timestamp("Its end.", required=True)


class EventSource(Record):
    """The same gathering in a registration system outside; its attendee records belong here."""

    source = Line("The kind of system, as `pretix`.", 100, shortest=1, required=True)
    source_event_id = Line("The event's identifier there.", 200, shortest=1, required=True)


class AnnouncedSource(EventSource):
    """A source of an event, as the tenant has it at that moment."""

    configured = Flag("Whether the tenant has configured a source of this name; absent: not known.")


class Event(Record):
    """A gathering in full."""

    id = Id("The event.", required=True)
    name = Line("What it is called.", 200, shortest=1, required=True)
    description = Text("What it is about.", 10_000)
    starts_at = Timestamp("Its start.", required=True)
    ends_at = Timestamp("Its end.", required=True)
    time_zone = Line("IANA time zone of the place, `Europe/Rome`.", 64, shortest=1, required=True)
    capacity = Whole("Seats; absent: no limit.", 0, 10_000_000)
    over_capacity = Flag("Whether ticket systems outside sold more seats than there are.")
    place = Line("Where it is.", 500)
    visibility = Code("Who may find it: `members`, `groups` (of `group_ids`), `hidden`.")
    group_ids = Many("Whose members may find it, with visibility `groups`.", Id("A group.", required=True), 500)
    groups = Many(
        "Whose members may register here; absent or empty: every member. Tickets from outside are not asked.",
        Id("A group.", required=True),
        500,
    )
    state = Choice("Where it stands.", EVENT_STATES, required=True)
    sessions = Many("Its parts.", One("A part.", EventSession, required=True), 500)
    sources = Many("The same event in systems outside.", One("A source.", AnnouncedSource, required=True), 50)


class EventCancelled(Event):
    """A gathering in full, called off."""

    reason = Code("Why: `organizer`, `source`.")


TYPES = (
    message_type("event.published.v1", TOPIC, Event, "A gathering is open for registration."),
    message_type("event.updated.v1", TOPIC, Event, "A gathering changed or began, or is announced again."),
    message_type("event.cancelled.v1", TOPIC, EventCancelled, "A gathering is called off."),
    message_type("event.finished.v1", TOPIC, Event, "A gathering is over."),
)
