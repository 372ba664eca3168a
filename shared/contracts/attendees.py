"""`attendees.v1`: what registration systems outside say about who comes to their events.

The record is also one NDJSON line of the attendee upload: every door of the platform leads to this topic.
"""

from shared.contracts.fields import (
    ByName,
    Choice,
    Email,
    Line,
    Many,
    One,
    Record,
    Text,
    Timestamp,
    Whole,
)
from shared.contracts.message_type import message_type
from shared.contracts.topic import OUTSIDE, Topic, personal
from shared.contracts.vocabulary import ATTENDEE_STATUSES, ROLES, SIDES, VISIBILITIES

TOPIC = Topic(
    "attendees.v1",
    "Attendee records from registration systems outside, and from every HTTP door of events. Personal data: 7 days.",
    (OUTSIDE, "events"),
    personal(days=7),
    dated=True,
)


class AttendeePerson(Record):
    """The person a registration is for. May be empty: a ticket without a name is legal and matches nobody."""

    email = Email("The attendee's own address; only where it was collected per attendee.")
    buyer_email = Email("The address of whoever bought the ticket, possibly for others.")
    given_name = Line("Given name.", 200)
    family_name = Line("Family name.", 200)
    name = Line("The whole name, where the source does not part it.", 400)
    organization = Line("The organization the person works for.", 200)
    job_title = Line("What the person does there.", 200)
    locale = Line("Preferred language as a BCP 47 tag, `en` or `pt-BR`.", 35)
    member_number = Line("The member number in the association's own system; outranks the e-mail address.", 100)


class AttendeeSkill(Record):
    """A skill the person offers or seeks."""

    label = Line("The skill, in words.", 120, shortest=1, required=True)
    side = Choice("Whether the person offers or seeks it.", SIDES, required=True)
    level = Whole("From 1, a beginner, to 5, an expert.", 1, 5)


class AttendeeSource(Record):
    """Where a registration comes from; together with the tenant, its key."""

    source = Line("The kind of system, as `pretix`.", 100, shortest=1, required=True)
    source_event_id = Line("The event's identifier in that system.", 200, shortest=1, required=True)
    source_registration_id = Line(
        "The registration's identifier there: one ticket, one identifier, as `ABC12-1` (order and position).",
        200,
        shortest=1,
        required=True,
    )
    updated_at = Timestamp(
        "When the source last changed it; the latest wins. More than 5 minutes ahead is a fault.", required=True
    )


class AttendeePublished(AttendeeSource):
    """The canonical attendee record: one registration, in full, as its source has it now."""

    person = One("Who it is for, as far as the source knows.", AttendeePerson, required=True)
    ticket_type = Line("What kind of ticket, in the source's words.", 200)
    status = Choice("What the source says of the registration.", ATTENDEE_STATUSES, required=True)
    checked_in_at = Timestamp("When the person was let in; absent or null when not, or when reverted.")
    mentoring = Many(
        "The roles the person opted into; left out: did not opt in.", Choice("A role.", ROLES, required=True), 2
    )
    goals = Many("What the person works toward.", Text("A goal.", 1000, shortest=1, required=True), 20)
    skills = Many("Skills offered and sought.", One("A skill.", AttendeeSkill, required=True), 100)
    answers = ByName(
        "Answers to the source's own questions, by the question's identifier.", Text("An answer.", 4000), 200
    )
    visibility = Choice("Who may see the person among the participants.", VISIBILITIES)


class AttendeeRemoved(AttendeeSource):
    """The registration is gone at its source. Older records cannot revive it."""


TYPES = (
    message_type("attendee.published.v1", TOPIC, AttendeePublished, "A registration as its source has it now."),
    message_type("attendee.removed.v1", TOPIC, AttendeeRemoved, "A registration is gone at its source."),
)
