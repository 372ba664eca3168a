"""What there is to say of a type of message: to whom, how urgent, under which heading, and where its link leads."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from services.notifications.domain.facts import Data
from services.notifications.domain.offered_acts import Offer, nothing
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


class Category(StrEnum):
    """What people choose by, which news comes how."""

    REQUESTS = "requests"
    MENTORSHIP = "mentorship"
    APPOINTMENTS = "appointments"
    PROGRESS = "progress"
    EVENTS = "events"
    NETWORKING = "networking"
    PROGRAMS = "programs"
    TASKS = "tasks"


class Priority(StrEnum):
    """How long news may wait."""

    FIRM = "firm"
    """What people have agreed, or will stand before a closed door for: no digest, quiet hours or cap holds it back."""
    PRESSING = "pressing"
    """Somebody waits for an answer, mostly not for long: it is not held back beyond the end of that."""
    ORDINARY = "ordinary"


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
    category: Category
    priority: Priority = Priority.ORDINARY
    actor: Callable[[Data], str | None] = _nobody
    calendar: Callable[[Data], Method | None] = _no_calendar
    only_if_invited: bool = False
    """Whether the calendar part is for somebody who had one before: most of those who hear this never did."""
    news: Callable[[Data], str | None] = _nobody
    """Of what comes in several messages: which piece of news each is of. A person hears every piece once."""
    acts: Offer = nothing
    """What those who are told can do about it from a mail; whoever did it cannot."""
    replaces: Collection[str] = ()
    """Types of earlier news of the same thing that nobody needs to be mailed any more once there is this."""

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
