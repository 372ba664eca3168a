"""`meetings.v1`: people meeting people at an event. Titles and messages that members wrote do not travel."""

from shared.contracts.fields import Choice, Code, Day, Flag, Id, Line, Many, Record, Timestamp, Whole
from shared.contracts.message_type import message_type
from shared.contracts.topic import Topic, kept
from shared.contracts.vocabulary import MEETING_STATES

TOPIC = Topic("meetings.v1", "People meeting people at events.", ("events",), kept(days=400))


class Meeting(Record):
    """A meeting of two attendees in a slot."""

    id = Id("The meeting.", required=True)
    event_id = Id("The event.", required=True)
    requester_id = Id("Who asked; of a scheduled meeting, the lower id.", required=True)
    invitee_id = Id("Who was asked.", required=True)
    state = Choice("Where it stands.", MEETING_STATES, required=True)
    origin = Code("How it came about: `request`, `schedule`, `counter`, `corner` (a mentor was booked).")
    slot_id = Id("The slot.")
    starts_at = Timestamp("Its start.", required=True)
    ends_at = Timestamp("Its end.", required=True)
    table = Line("The organizer's name of the table; absent: they choose a place.", 100)
    expires_at = Timestamp("When it expires without an answer.")
    sequence = Whole("Rises with every change of time or place: iCalendar's SEQUENCE.", 0, 100_000)
    reason = Code(
        "Why it was declined or cancelled: `member`, `organizer`, `registration_cancelled`, `event_cancelled`, "
        "`slot_removed`, `slot_moved`, `merged`, `erased`."
    )
    by_id = Id("Whose doing this was; absent: nobody's, or nobody's to know.")
    agreed = Flag("Whether both said yes to it once: it stands in their calendars.")
    concerns_ids = Many("Whom this concerns, where it is not both of them.", Id("A member.", required=True), 2)


class SchedulePublished(Record):
    """A generated schedule is out, or as much of it as came out before it was given up.

    Each of its meetings is announced as accepted.
    """

    id = Id("The schedule.", required=True)
    event_id = Id("The event.", required=True)
    meetings = Whole("Meetings in it.", 0, 10_000_000, required=True)
    people = Whole("People with at least one meeting.", 0, 10_000_000, required=True)
    part = Whole("Which part of the list of people this is, from 1.", 1, 100_000)
    parts = Whole("How many parts the list has.", 1, 100_000)
    member_ids = Many("People with at least one meeting.", Id("A member.", required=True), 10_000)


class RoundsPublished(Record):
    """Speed rounds are planned, or their future ones planned anew, or called off after they were published."""

    id = Id("The series of rounds.", required=True)
    event_id = Id("The event.", required=True)
    plan_version = Whole("Rises when future rounds are planned anew.", 1, 100_000, required=True)
    first_round = Whole("The first round this plan changes, from 1.", 1, 1000, required=True)
    rounds = Whole("How many rounds there are.", 1, 1000, required=True)
    group_size = Whole("People at a table.", 2, 100, required=True)
    starts_at = Timestamp("When the first round begins.", required=True)
    round_minutes = Whole("How long a round takes.", 1, 24 * 60)
    state = Choice("Whether they take place; absent: they do.", ("published", "cancelled"))
    reason = Code("Why they were cancelled: `organizer`, `event_cancelled`.")
    part = Whole("Which part of the list of people this is, from 1.", 1, 10_000, required=True)
    parts = Whole("How many parts the list has.", 1, 10_000, required=True)
    member_ids = Many(
        "People who take part; of a later plan for whom it is another one; of cancelled rounds who had some left.",
        Id("A member.", required=True),
        10_000,
        required=True,
    )


class HostedTopic(Record):
    """A topic that somebody hosts at an event. Its title stays with events."""

    id = Id("The topic.", required=True)
    event_id = Id("The event.", required=True)
    host_id = Id("Who hosts it.", required=True)
    state = Choice("Where it stands.", ("open", "full", "closed", "cancelled"), required=True)
    capacity = Whole("People who can join, the host not counted.", 1, 1000, required=True)
    starts_at = Timestamp("Its start.")
    duration_minutes = Whole("How long.", 1, 24 * 60)
    member_ids = Many("Who joined.", Id("A member.", required=True), 1000, required=True)
    waitlist_ids = Many("Who waits, in order.", Id("A member.", required=True), 10_000)
    undecided_ids = Many(
        "Who of those that joined has something else at the time it was moved to, and has to decide.",
        Id("A member.", required=True),
        1000,
    )
    sequence = Whole("Rises with every change of time or place: iCalendar's SEQUENCE.", 0, 100_000)
    change = Code(
        "What this tells of: `hosted`, `joined`, `waiting`, `left`, `promoted` (off the waitlist), `moved`, "
        "`undecided`, `lapsed` (a place was not kept), `changed`, `reminder`, `closed`, `cancelled`."
    )
    concerns_ids = Many("Whom that concerns.", Id("A member.", required=True), 12_000)
    by_id = Id("Whose doing this was; absent: nobody's, or nobody's to know.")


class PeopleMet(Record):
    """Two people met at an event: both checked in, their meeting accepted and over."""

    event_id = Id("The event.", required=True)
    meeting_id = Id("The meeting.", required=True)
    member_ids = Many("The two, the lower id first.", Id("A member.", required=True), 2, fewest=2, required=True)
    met_on = Day("The day of the event, in its own time zone.")
    met_at = Timestamp("When the meeting was over.", required=True)


TYPES = (
    message_type("meeting.requested.v1", TOPIC, Meeting, "An attendee asks another to meet; the slot is held."),
    message_type("meeting.accepted.v1", TOPIC, Meeting, "They will meet."),
    message_type("meeting.declined.v1", TOPIC, Meeting, "They will not."),
    message_type("meeting.cancelled.v1", TOPIC, Meeting, "One of them called it off."),
    message_type("meeting.expired.v1", TOPIC, Meeting, "Nobody answered in time; the slot is free again."),
    message_type("schedule.published.v1", TOPIC, SchedulePublished, "The event's meeting schedule is out."),
    message_type("rounds.published.v1", TOPIC, RoundsPublished, "Speed rounds are planned, or called off."),
    message_type("topic.updated.v1", TOPIC, HostedTopic, "A hosted topic is new or changed, or people joined or left."),
    message_type("people.met.v1", TOPIC, PeopleMet, "Two people met."),
    message_type("people.met_reverted.v1", TOPIC, PeopleMet, "They did not meet after all: a check-in was a mistake."),
)
