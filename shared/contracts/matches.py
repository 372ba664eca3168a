"""`matches.v1`: how people come together: enrollments, published match runs, requests, and mentors' capacity.

Texts that members wrote (the request's message, a question, an answer) stay in matching; a message says that there is
one.
"""

from shared.contracts.fields import Choice, Code, Flag, Id, Record, Timestamp, Whole
from shared.contracts.message_type import message_type
from shared.contracts.topic import Topic, kept
from shared.contracts.vocabulary import ENROLLMENT_STATES, OBJECTIVES, REQUEST_MODES, REQUEST_STATES, ROLES

TOPIC = Topic("matches.v1", "How people come together.", ("matching",), kept(days=400))


class Enrollment(Record):
    """A member's place in a program, in one role."""

    id = Id("The enrollment.", required=True)
    program_id = Id("The program.", required=True)
    member_id = Id("The member.", required=True)
    role = Choice("The role; a member may hold both, in two enrollments.", ROLES, required=True)
    capacity = Whole("How many mentees a mentor takes in this program.", 0, 1000)
    state = Choice("Where it stands.", ENROLLMENT_STATES, required=True)
    event_id = Id("The event whose registration brought it about, in an event program.")
    registration_id = Id("That registration.")
    reason = Code(
        "Why, where there is a why: `opted_in`, `registration_cancelled`, `member`, `coordinator`, `silent`, `merged`."
    )


class MatchRunPublished(Record):
    """A match run was published; each pair's `mentorship.started` follows on its own."""

    id = Id("The run.", required=True)
    program_id = Id("The program.", required=True)
    objective = Choice("What it sought.", OBJECTIVES, required=True)
    published = Whole("Pairs that became mentorships.", 0, 10_000_000, required=True)
    skipped = Whole("Pairs no longer possible when published.", 0, 10_000_000, required=True)
    unmatched = Whole("People left without a partner.", 0, 10_000_000, required=True)


class MentoringRequest(Record):
    """A mentee asks a mentor."""

    id = Id("The request.", required=True)
    list_id = Id("The same for all requests of one ranked list; absent for a single one.")
    program_id = Id("The program.", required=True)
    mentor_id = Id("Who is asked.", required=True)
    mentee_id = Id("Who asks.", required=True)
    state = Choice("Where it stands.", REQUEST_STATES, required=True)
    mode = Choice("Whether the list is asked at once or one after the other.", REQUEST_MODES)
    rank = Whole("Place in the mentee's list, from 1.", 1, 100)
    expires_at = Timestamp("When it expires without an answer.", required=True)


class RequestAccepted(MentoringRequest):
    """The mentor said yes: capacity is taken and a mentorship made, in one step."""

    mentorship_id = Id("The mentorship made.", required=True)


class RequestEnded(MentoringRequest):
    """The request came to nothing."""

    reason = Code(
        "Why: `no_time`, `not_a_fit`, `other` (declined); `mentor_full`, `mentor_paused`, "
        "`mentee_matched`, `mentee_paused`, `withdrawn`, `blocked`, `suspended`, `registration_cancelled`, `erased`, "
        "`merged`, `program_over`, `already_paired` (invalidated)."
    )
    offers_next = Flag("Whether the mentee is shown whom to ask next, or the next of the list was asked.")


class MentorCapacityChanged(Record):
    """A mentor's load in a program; the key is its own id: the enrollment's versions are another series."""

    enrollment_id = Id("The mentor's enrollment.", required=True)
    program_id = Id("The program.", required=True)
    member_id = Id("The mentor.", required=True)
    capacity = Whole("How many mentees the mentor takes.", 0, 1000, required=True)
    active = Whole("Mentorships that count now.", 0, 1000, required=True)
    reserved = Whole("Places held for proposals.", 0, 1000, required=True)
    available = Flag("Whether the mentor can take another now: not full, not paused.", required=True)
    paused = Flag("Whether the mentor, or too many expired requests, paused it.")


TYPES = (
    message_type("enrollment.applied.v1", TOPIC, Enrollment, "A member asks to take part."),
    message_type("enrollment.approved.v1", TOPIC, Enrollment, "A member takes part."),
    message_type("enrollment.rejected.v1", TOPIC, Enrollment, "A member may not take part."),
    message_type("enrollment.paused.v1", TOPIC, Enrollment, "A member takes a break; nothing new starts."),
    message_type("enrollment.resumed.v1", TOPIC, Enrollment, "A member is back from a break."),
    message_type(
        "enrollment.withdrawn.v1", TOPIC, Enrollment, "A member left the program, or their ticket was cancelled."
    ),
    message_type("match_run.published.v1", TOPIC, MatchRunPublished, "A coordinator published a match run."),
    message_type("request.sent.v1", TOPIC, MentoringRequest, "A mentor is asked."),
    message_type("request.viewed.v1", TOPIC, MentoringRequest, "The mentor looked at the request."),
    message_type("request.info_requested.v1", TOPIC, MentoringRequest, "The mentor asks the mentee for more."),
    message_type("request.answered.v1", TOPIC, MentoringRequest, "The mentee answered the mentor's question."),
    message_type("request.reminded.v1", TOPIC, MentoringRequest, "The mentor has not answered yet and is reminded."),
    message_type("request.accepted.v1", TOPIC, RequestAccepted, "The mentor said yes."),
    message_type("request.declined.v1", TOPIC, RequestEnded, "The mentor said no."),
    message_type("request.withdrawn.v1", TOPIC, RequestEnded, "The mentee took it back."),
    message_type("request.expired.v1", TOPIC, RequestEnded, "Nobody answered in time."),
    message_type("request.invalidated.v1", TOPIC, RequestEnded, "It can no longer be accepted."),
    message_type("mentor.capacity_changed.v1", TOPIC, MentorCapacityChanged, "A mentor's free places changed."),
)
