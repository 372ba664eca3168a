"""Who is told of which message: one table, and the few questions it asks of a message."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from services.notifications.domain.facts import Data
from shared.calendar import Method


class Subject(StrEnum):
    """The kind of thing that a notification's link leads to."""

    EVENT = "events"
    PROGRAM = "programs"
    INTRODUCTION = "introductions"
    REQUEST = "requests"
    MENTORSHIP = "mentorships"
    TASK = "tasks"
    MEETING = "meetings"
    TOPIC = "topics"


class Part(StrEnum):
    """The part a person plays in the message: the same news reads differently to each."""

    MEMBER = "member"
    MENTOR = "mentor"
    MENTEE = "mentee"


@dataclass(frozen=True, slots=True)
class Told:
    """Somebody who is told, as whom, and of whom."""

    member_id: str
    part: Part
    other_id: str | None = None


Audience = Callable[[Data], Sequence[Told]]


def _nobody(_: Data) -> str | None:
    return None


def _no_calendar(_: Data) -> Method | None:
    return None


@dataclass(frozen=True, slots=True)
class Telling:
    """What becomes of one type of message."""

    audience: Audience
    subject: Subject
    actor: Callable[[Data], str | None] = _nobody
    calendar: Callable[[Data], Method | None] = _no_calendar
    only_if_invited: bool = False
    """Whether the calendar part is for somebody who had one before: most of those who hear this never did."""
    news: Callable[[Data], str | None] = _nobody
    """Of what comes in several messages: which piece of news each is of. A person hears every piece once."""

    def told(self, data: Data) -> Sequence[Told]:
        """Who is told: not who did it, unless there is a calendar part, since theirs has to follow as well."""
        everyone = self.audience(data)
        if self.calendar(data) is not None:
            return everyone
        return [one for one in everyone if one.member_id != self.actor(data)]

    def subject_id(self, data: Data) -> str:
        """The id of what the link leads to."""
        key = {Subject.EVENT: "event_id", Subject.PROGRAM: "program_id", Subject.MENTORSHIP: "mentorship_id"}
        found: str = data[key.get(self.subject, "id")]
        return found


def _member(data: Data) -> Sequence[Told]:
    return (Told(data["member_id"], Part.MEMBER),)


def _mentor(data: Data) -> Sequence[Told]:
    return (Told(data["mentor_id"], Part.MENTOR, data["mentee_id"]),)


def _mentee(data: Data) -> Sequence[Told]:
    return (Told(data["mentee_id"], Part.MENTEE, data["mentor_id"]),)


def _both(data: Data) -> Sequence[Told]:
    return (*_mentor(data), *_mentee(data))


def _who_had_it_open(data: Data) -> Sequence[Told]:
    """The mentee; the mentor only where it was the mentee who is no longer there to be answered.

    Two who were paired in another way hear of that, not of the request.
    """
    if data.get("reason") == "already_paired":
        return ()
    mentee_left = data.get("reason") in (
        "mentee_matched",
        "mentee_paused",
        "withdrawn",
        "registration_cancelled",
    )
    return _both(data) if mentee_left else _mentee(data)


def _who_signed_before(data: Data) -> Sequence[Told]:
    """A first signature goes to the other one; the second, which completes it, to the one who waited for it."""
    last = data["signed_by"][-1:]
    return [one for one in _both(data) if one.member_id not in last]


def _thanked(data: Data) -> Sequence[Told]:
    return [one for one in _both(data) if one.member_id == data["to_id"]]


def _whose_partner_wrote(data: Data) -> Sequence[Told]:
    """Who has something to read."""
    return [one for one in _both(data) if one.other_id in data["written_by"]]


def _both_while_shown(data: Data) -> Sequence[Told]:
    """That thanks are shown no more is told to nobody."""
    return _both(data) if data["public"] else ()


def _asked(data: Data) -> Sequence[Told]:
    return [one for one in _both(data) if one.member_id == data["member_id"]]


def _partner(data: Data) -> Sequence[Told]:
    """Whom something is shared with; what is for a whole program is told to those who take part, page by page."""
    return (
        ()
        if data.get("mentorship_id") is None
        else [each for each in _both(data) if each.member_id != data["shared_by_id"]]
    )


def _third(data: Data) -> Sequence[Told]:
    """Who is asked whether they would be introduced; the one introduced is to learn of them only from a yes."""
    return (Told(data["introduced_to_id"], Part.MEMBER, data["offered_by_id"]),)


def _the_pair(data: Data) -> Sequence[Told]:
    offered_by, third = data["offered_by_id"], data["introduced_to_id"]
    return [
        Told(one.member_id, Part.MENTOR if one.member_id == offered_by else Part.MENTEE, third) for one in _both(data)
    ]


def _who_offered(data: Data) -> Sequence[Told]:
    return [one for one in _the_pair(data) if one.member_id == data["offered_by_id"]]


def _the_two(data: Data) -> Sequence[Told]:
    """Who meets whom at an event."""
    requester, invitee = data["requester_id"], data["invitee_id"]
    return (Told(requester, Part.MEMBER, invitee), Told(invitee, Part.MEMBER, requester))


def _who_answers(data: Data) -> Sequence[Told]:
    """Whoever was asked; both, where it stands in their calendars already and has to leave them until the answer."""
    return _the_two(data) if data.get("agreed") else _the_two(data)[1:]


def _who_asked(data: Data) -> Sequence[Told]:
    return _the_two(data)[:1]


def _who_will_meet(data: Data) -> Sequence[Told]:
    """Both; what a schedule has for them is told with the schedule, and by itself only when it moves."""
    new_by_schedule = data.get("origin") == "schedule" and not data.get("sequence")
    return () if new_by_schedule else _the_two(data)


def _assignees(data: Data) -> Sequence[Told]:
    """Of the mentee it is about; the mentee themselves, of the mentor."""
    about = [each for each in (data.get("mentee_id"), data.get("mentor_id")) if each is not None]
    return [
        Told(each, Part.MEMBER, next((other for other in about if other != each), None))
        for each in data.get("assignee_ids", ())
    ]


def _nudged(data: Data) -> Sequence[Told]:
    return [one for one in _both(data) if one.member_id in data["member_ids"]]


_GRAVE = ("at_risk", "overdue")


def _coordinators_of_what_is_grave(data: Data) -> Sequence[Told]:
    """Of what is merely quiet they hear when nudging the two has not helped, by a task."""
    if data["health"] not in _GRAVE:
        return ()
    return [Told(each, Part.MEMBER, data["mentee_id"]) for each in data.get("coordinator_ids", ())]


def _who_takes_part(data: Data) -> Sequence[Told]:
    return [Told(each, Part.MEMBER) for each in data.get("member_ids") or ()]


def _plan(data: Data) -> str | None:
    return f"rounds/{data['id']}/{data['plan_version']}"


def _schedule(data: Data) -> str | None:
    return f"schedules/{data['id']}"


def _whom_it_concerns(data: Data) -> Sequence[Told]:
    """Those whom the change of a topic concerns."""
    return [Told(each, Part.MEMBER, data.get("by_id")) for each in data.get("concerns_ids") or ()]


def _by(field: str) -> Callable[[Data], str | None]:
    def actor(data: Data) -> str | None:
        found: str | None = data.get(field)
        return found

    return actor


def _own_doing(data: Data) -> str | None:
    """The member, also where it gave way to another one of theirs: to them nothing has changed."""
    found: str | None = data["member_id"] if data.get("reason") in ("member", "merged") else None
    return found


def _invites(_: Data) -> Method | None:
    return Method.REQUEST


def _moves(data: Data) -> Method | None:
    """A session whose new time still awaits the other's word is in nobody's calendar at that time yet."""
    return Method.REQUEST if data["state"] == "confirmed" else None


def _uninvites(_: Data) -> Method | None:
    return Method.CANCEL


def _leaves_calendars(data: Data) -> Method | None:
    """A meeting that both had said yes to; the others never stood in a calendar."""
    return Method.CANCEL if data.get("agreed") else None


def _leaves_event(data: Data) -> Method | None:
    return None if data["attending"] else Method.CANCEL


REGISTRATIONS: Mapping[str, Telling] = {
    "registration.confirmed.v1": Telling(_member, Subject.EVENT, calendar=_invites),
    "registration.waitlisted.v1": Telling(_member, Subject.EVENT, calendar=_leaves_event, only_if_invited=True),
    "registration.offered.v1": Telling(_member, Subject.EVENT),
    "registration.expired.v1": Telling(_member, Subject.EVENT),
    "registration.cancelled.v1": Telling(_member, Subject.EVENT, actor=_own_doing, calendar=_leaves_event),
}
"""Of registrations; each also changes who would hear of the event's cancellation."""

RELATIONSHIPS: Mapping[str, Telling] = {
    "enrollment.approved.v1": Telling(_member, Subject.PROGRAM, actor=_own_doing),
    "enrollment.rejected.v1": Telling(_member, Subject.PROGRAM),
    "enrollment.paused.v1": Telling(_member, Subject.PROGRAM, actor=_own_doing),
    "enrollment.withdrawn.v1": Telling(_member, Subject.PROGRAM, actor=_own_doing),
    "request.sent.v1": Telling(_mentor, Subject.REQUEST),
    "request.info_requested.v1": Telling(_mentee, Subject.REQUEST),
    "request.answered.v1": Telling(_mentor, Subject.REQUEST),
    "request.reminded.v1": Telling(_mentor, Subject.REQUEST),
    "request.accepted.v1": Telling(_mentee, Subject.REQUEST),
    "request.declined.v1": Telling(_mentee, Subject.REQUEST),
    "request.withdrawn.v1": Telling(_mentor, Subject.REQUEST),
    "request.expired.v1": Telling(_both, Subject.REQUEST),
    "request.invalidated.v1": Telling(_who_had_it_open, Subject.REQUEST),
    "mentorship.started.v1": Telling(_both, Subject.MENTORSHIP),
    "mentorship.activated.v1": Telling(_both, Subject.MENTORSHIP),
    "mentorship.paused.v1": Telling(_both, Subject.MENTORSHIP),
    "mentorship.resumed.v1": Telling(_both, Subject.MENTORSHIP),
    "mentorship.extended.v1": Telling(_both, Subject.MENTORSHIP),
    "mentorship.completing.v1": Telling(_both, Subject.MENTORSHIP),
    "mentorship.completed.v1": Telling(_both, Subject.MENTORSHIP),
    "mentorship.ended.v1": Telling(_both, Subject.MENTORSHIP, actor=_by("ended_by_id")),
    "agreement.proposed.v1": Telling(_both, Subject.MENTORSHIP, actor=_by("proposed_by_id")),
    "agreement.signed.v1": Telling(_who_signed_before, Subject.MENTORSHIP),
    "session.proposed.v1": Telling(_both, Subject.MENTORSHIP, actor=_by("proposed_by_id")),
    "session.confirmed.v1": Telling(_both, Subject.MENTORSHIP, calendar=_invites),
    "session.changed.v1": Telling(_both, Subject.MENTORSHIP, actor=_by("changed_by_id"), calendar=_moves),
    "session.held.v1": Telling(_both, Subject.MENTORSHIP),
    "session.missed.v1": Telling(_both, Subject.MENTORSHIP),
    "session.cancelled.v1": Telling(_both, Subject.MENTORSHIP, actor=_by("cancelled_by_id"), calendar=_uninvites),
    "feedback.requested.v1": Telling(_asked, Subject.MENTORSHIP),
    "feedback.revealed.v1": Telling(_whose_partner_wrote, Subject.MENTORSHIP),
    "introduction.offered.v1": Telling(_third, Subject.INTRODUCTION, actor=_by("offered_by_id")),
    "introduction.accepted.v1": Telling(_the_pair, Subject.INTRODUCTION),
    "introduction.declined.v1": Telling(_who_offered, Subject.INTRODUCTION),
    "milestone.completed.v1": Telling(_both, Subject.MENTORSHIP),
    "appreciation.sent.v1": Telling(_thanked, Subject.MENTORSHIP),
    "appreciation.published.v1": Telling(_both_while_shown, Subject.MENTORSHIP, actor=_by("by_id")),
    "task.created.v1": Telling(_assignees, Subject.TASK),
    "nudge.due.v1": Telling(_nudged, Subject.MENTORSHIP),
    "health.changed.v1": Telling(_coordinators_of_what_is_grave, Subject.MENTORSHIP),
}
"""Of what happens in programs and between mentor and mentee."""

SHARING: Mapping[str, Telling] = {
    "resource.shared.v1": Telling(_partner, Subject.MENTORSHIP, actor=_by("shared_by_id")),
    "opportunity.shared.v1": Telling(_partner, Subject.MENTORSHIP, actor=_by("shared_by_id")),
}
"""Of what people share with a partner; with a whole program it is told to everybody: `ProgramNews`."""

MEETINGS: Mapping[str, Telling] = {
    "meeting.requested.v1": Telling(_who_answers, Subject.MEETING, actor=_by("by_id"), calendar=_leaves_calendars),
    "meeting.accepted.v1": Telling(_who_will_meet, Subject.MEETING, actor=_by("by_id"), calendar=_invites),
    "meeting.declined.v1": Telling(_who_asked, Subject.MEETING, actor=_by("by_id")),
    "meeting.cancelled.v1": Telling(_the_two, Subject.MEETING, actor=_by("by_id"), calendar=_leaves_calendars),
    # Whoever was asked has let it pass, or was never told of it.
    "meeting.expired.v1": Telling(_who_asked, Subject.MEETING),
    "topic.updated.v1": Telling(_whom_it_concerns, Subject.TOPIC, actor=_by("by_id")),
}
"""Of people who meet at events. Who has met is for their profiles: they were there."""

ROUNDS: Mapping[str, Telling] = {
    "rounds.published.v1": Telling(_who_takes_part, Subject.EVENT, news=_plan),
}
"""Of speed rounds: a new plan is told to whom it is another one for."""

SCHEDULES: Mapping[str, Telling] = {
    "schedule.published.v1": Telling(_who_takes_part, Subject.EVENT, news=_schedule),
}
"""Of generated schedules: whoever has meetings in one hears of it once, and not of each meeting."""

TELLINGS: Mapping[str, Telling] = {**REGISTRATIONS, **RELATIONSHIPS, **SHARING, **MEETINGS, **ROUNDS, **SCHEDULES}

EVENT_CANCELLED = "event.cancelled.v1"
EVENT_UPDATED = "event.updated.v1"
"""Of an event that moved. Both are told to everyone registered, page by page: `EventNews`."""
