"""`registrations.v1`: who comes to which event, as far as the member is known.

Nothing goes out for a registration until its member is known. One that moves to another person goes out as cancelled
for the old member (`reason` `moved`), then confirmed for the new one.
"""

from shared.contracts.fields import Choice, Code, Flag, Id, Line, Many, Record, Timestamp, Whole
from shared.contracts.message_type import message_type
from shared.contracts.topic import Topic, kept
from shared.contracts.vocabulary import REGISTRATION_STATUSES, ROLES

TOPIC = Topic("registrations.v1", "Who comes to which event.", ("events",), kept(days=400))


class Registration(Record):
    """A registration of a known member: each uses a seat."""

    id = Id("The registration.", required=True)
    event_id = Id("The event.", required=True)
    member_id = Id("The member it is for.", required=True)
    status = Choice("Where this registration stands.", REGISTRATION_STATUSES, required=True)
    attending = Flag(
        "Whether the member attends the event: the best of all their registrations says so, this one or another.",
        required=True,
    )
    sequence = Whole(
        "Rises with everything told of the member at the event: with the event's version, the SEQUENCE in calendars.",
        0,
        1_000_000_000,
    )
    checked_in_at = Timestamp("When the member was let in; null when not.")
    source = Line("The system outside it comes from; absent when made here.", 100)
    source_event_id = Line("The event's identifier there.", 200)
    source_registration_id = Line("The registration's identifier there.", 200)
    mentoring = Many(
        "Roles the attendee opted into; absent or empty: did not opt in. An event program enrolls them.",
        Choice("A role.", ROLES, required=True),
        2,
    )
    reason = Code(
        "Why it was cancelled: `member`, `source`, `organizer`, `event_cancelled`, `moved`, `erased`, `merged`."
    )
    moved_to = Id("Whose it is now, where it was cancelled because it is another member's.")


class RegistrationOffered(Registration):
    """A freed seat is offered to the first of the waitlist."""

    offer_expires_at = Timestamp("Until when the seat is held.", required=True)


class RegistrationCheckedIn(Registration):
    """The member is in."""

    checked_in_at = Timestamp("When the member was let in.", required=True)


TYPES = (
    message_type("registration.confirmed.v1", TOPIC, Registration, "The member has a seat."),
    message_type("registration.waitlisted.v1", TOPIC, Registration, "The event is full; the member waits in order."),
    message_type("registration.offered.v1", TOPIC, RegistrationOffered, "A freed seat is offered for a while."),
    message_type("registration.expired.v1", TOPIC, Registration, "The offer ran out and passed on."),
    message_type("registration.cancelled.v1", TOPIC, Registration, "This registration no longer counts."),
    message_type("registration.checked_in.v1", TOPIC, RegistrationCheckedIn, "The member was let in."),
    message_type("registration.check_in_reverted.v1", TOPIC, Registration, "The check-in was a mistake."),
    message_type("registration.no_show.v1", TOPIC, Registration, "The event is over and the member did not come."),
)
