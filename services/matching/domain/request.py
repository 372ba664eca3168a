"""A mentee asks a mentor: the states of the request and the times at which something is due."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from services.matching.domain.enrollment import Role
from services.matching.domain.program import Format, Settings
from services.matching.domain.stated_goal import StatedGoal
from services.matching.domain.what_happened import what_happened
from shared.errors import Forbidden, NotFound
from shared.transitions import IllegalTransition, Machine


class RequestState(StrEnum):
    """Where a request stands."""

    QUEUED = "queued"
    SENT = "sent"
    VIEWED = "viewed"
    INFO_REQUESTED = "info_requested"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    INVALIDATED = "invalidated"


_QUEUED, _SENT = RequestState.QUEUED, RequestState.SENT
_VIEWED, _INFO = RequestState.VIEWED, RequestState.INFO_REQUESTED

WITH_THE_MENTOR = (_SENT, _VIEWED, _INFO)
OPEN = (_QUEUED, *WITH_THE_MENTOR)

FARTHEST = (_INFO, _VIEWED, _SENT, _QUEUED)
"""Open requests, those that have come farther first."""

ALREADY_PAIRED = "already_paired"
"""The reason where the two were brought together in another way: it came to what was asked."""

REQUEST = Machine(
    "request",
    {
        "send": {_QUEUED: _SENT},
        # Looking again changes nothing and is no fault.
        "view": {_SENT: _VIEWED, _VIEWED: _VIEWED, _INFO: _INFO},
        "ask": {_SENT: _INFO, _VIEWED: _INFO},
        "answer": {_INFO: _VIEWED},
        "remind": {state: state for state in WITH_THE_MENTOR},
        "accept": dict.fromkeys(WITH_THE_MENTOR, RequestState.ACCEPTED),
        "decline": dict.fromkeys(WITH_THE_MENTOR, RequestState.DECLINED),
        "expire": dict.fromkeys(WITH_THE_MENTOR, RequestState.EXPIRED),
        "withdraw": dict.fromkeys(OPEN, RequestState.WITHDRAWN),
        "invalidate": dict.fromkeys(OPEN, RequestState.INVALIDATED),
    },
)


class RequestOver(IllegalTransition):
    """Nothing can be done with it any more, and what happened."""

    def __init__(self, state: RequestState, verb: str, reason: str | None = None) -> None:
        super().__init__(REQUEST.kind, state, verb, what_happened(state, reason))


class Mode(StrEnum):
    """All mentors of the list at once, or the next only when one declined or let it expire."""

    PARALLEL = "parallel"
    SEQUENTIAL = "sequential"


@dataclass(frozen=True, slots=True)
class Exchange:
    """One question of the mentor and the mentee's answer."""

    question: str
    answer: str | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """One mentor asked. `list_id` joins those asked together (None: asked alone), `rank` orders them from 0.

    `goal` is what the mentee wants help with, as it was stated then. `reason` is the code why it was declined or
    invalidated. `answered_at` is when the mentor first said something: a question, yes or no.

    `due_at` is when a worker must look next: at the reminder, then at the expiry; None where nothing is due.
    """

    id: str
    tenant: str
    version: int
    updated_at: datetime
    program_id: str
    mentee_id: str
    mentor_id: str
    message: str
    list_id: str | None = None
    rank: int = 0
    mode: Mode = Mode.PARALLEL
    state: RequestState = RequestState.QUEUED
    goal: StatedGoal | None = None
    sent_at: datetime | None = None
    answered_at: datetime | None = None
    expires_at: datetime | None = None
    due_at: datetime | None = None
    exchanges: tuple[Exchange, ...] = ()
    reason: str | None = None
    mentorship_id: str | None = None
    mentor_as: str | None = None
    """The member who was asked, where they were merged into the one who is now."""
    mentee_as: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether it counts against the mentee's limit and bars another for the pair."""
        return self.state in OPEN

    @property
    def was_sent(self) -> bool:
        """Whether the mentor was ever told of it: what waited in a list and went no further they never learn of."""
        return self.expires_at is not None

    @property
    def hours_to_answer(self) -> int | None:
        """Whole hours from when the mentor was asked to their first answer; None where there is none."""
        if self.sent_at is None or self.answered_at is None:
            return None
        return int((self.answered_at - self.sent_at) / timedelta(hours=1))

    def is_between(self, member_id: str | None) -> bool:
        """Whether this member is one of the two who read what is written in it."""
        return member_id == self.mentee_id or (member_id == self.mentor_id and self.was_sent)

    def side_of(self, member_id: str) -> Role:
        """Which of the two this member is. Raises NotFound for everybody who is to know nothing of it."""
        if not self.is_between(member_id):
            raise NotFound("request", self.id)
        return Role.MENTEE if member_id == self.mentee_id else Role.MENTOR

    def require(self, role: Role, member_id: str) -> None:
        """Raises NotFound for a stranger, Forbidden for the other one of the two."""
        if self.side_of(member_id) is not role:
            raise Forbidden(f"This is for the {role} of the request.")

    def sent(self, settings: Settings, program_format: Format, now: datetime) -> "Request":
        """With the mentor, its reminder and expiry set. Raises IllegalTransition."""
        if program_format is Format.FLASH:
            expires_at = now + timedelta(hours=settings.flash_expiry_hours)
        else:
            expires_at = now + timedelta(days=settings.request_expiry_days)
        due_at = min(now + timedelta(days=settings.request_reminder_days), expires_at)
        state = REQUEST.after(self.state, "send")
        return replace(self, state=state, sent_at=now, expires_at=expires_at, due_at=due_at, updated_at=now)

    def viewed(self, now: datetime) -> "Request":
        """Seen by the mentor; unchanged when seen before. Raises IllegalTransition."""
        return self._moved("view", now)

    def asked(self, question: str, now: datetime) -> "Request":
        """With a question of the mentor. Raises IllegalTransition."""
        return replace(self._spoken("ask", now), exchanges=(*self.exchanges, Exchange(question)))

    def answered(self, answer: str, now: datetime) -> "Request":
        """With the mentee's answer to the last question. Raises IllegalTransition."""
        moved = self._moved("answer", now)
        *earlier, last = self.exchanges
        return replace(moved, exchanges=(*earlier, replace(last, answer=answer)))

    def reminded(self, now: datetime) -> "Request":
        """Reminded of; next due when it expires. Raises IllegalTransition."""
        return replace(self._moved("remind", now), due_at=self.expires_at)

    def accepted(self, now: datetime) -> "Request":
        """Taken, unless its time is over though no worker has looked yet. Raises IllegalTransition."""
        if self.expires_at is not None and now >= self.expires_at and self.state in WITH_THE_MENTOR:
            raise RequestOver(RequestState.EXPIRED, "accept")
        return replace(self._spoken("accept", now), due_at=None)

    def declined(self, reason: str, now: datetime) -> "Request":
        """Refused with a reason code. Raises IllegalTransition."""
        return replace(self._spoken("decline", now), reason=reason, due_at=None)

    def withdrawn(self, now: datetime) -> "Request":
        """Taken back by the mentee. Raises IllegalTransition."""
        return self._settled("withdraw", now)

    def expired(self, now: datetime) -> "Request":
        """Left without an answer until its time was over. Raises IllegalTransition."""
        return self._settled("expire", now)

    def invalidated(self, reason: str, now: datetime) -> "Request":
        """Overtaken: the mentee found a mentor, the mentor is full, or one of them left. Raises IllegalTransition."""
        return replace(self._settled("invalidate", now), reason=reason)

    def _spoken(self, verb: str, now: datetime) -> "Request":
        return replace(self._moved(verb, now), answered_at=self.answered_at or now)

    def _moved(self, verb: str, now: datetime) -> "Request":
        if not self.is_open:
            raise RequestOver(self.state, verb, self.reason)
        return replace(self, state=REQUEST.after(self.state, verb), updated_at=now)

    def _settled(self, verb: str, now: datetime) -> "Request":
        return replace(self._moved(verb, now), due_at=None)
