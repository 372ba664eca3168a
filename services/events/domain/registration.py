"""A registration: one ticket or place for one person at one event, made here or in a ticket system."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.events.domain.event import EventSource


class Status(StrEnum):
    """Where a registration stands."""

    PENDING = "pending"
    CONFIRMED = "confirmed"
    WAITLISTED = "waitlisted"
    OFFERED = "offered"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    REFUNDED = "refunded"
    NO_SHOW = "no_show"


SEATED = frozenset({Status.PENDING, Status.CONFIRMED, Status.OFFERED, Status.NO_SHOW})
"""Those that use a seat: an unpaid order and an offer hold theirs, and an empty chair was nobody else's."""

LIVE = frozenset({Status.PENDING, Status.CONFIRMED, Status.WAITLISTED, Status.OFFERED})


@dataclass(frozen=True, slots=True)
class Origin:
    """The registration's place in a ticket system; together with the tenant, its key."""

    source: str
    source_event_id: str
    source_registration_id: str

    @property
    def event(self) -> EventSource:
        """The event there."""
        return EventSource(self.source, self.source_event_id)

    @property
    def identifier(self) -> str:
        """The value that profiles gives the member for it, under the issuer `source`."""
        return f"{self.source_event_id}/{self.source_registration_id}"

    @property
    def message_key(self) -> str:
        """The key of its records on the attendee topic."""
        return f"{self.source}/{self.identifier}"


@dataclass(frozen=True, slots=True, order=True)
class Dated:
    """What orders the records of one registration: the source's own time, then the message's id."""

    updated_at: datetime
    message_id: str


@dataclass(frozen=True, slots=True)
class Said:
    """A question of the ticket system, and what the person answered."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Attendee:
    """Whom the ticket names, for the desk's list: known before, and without, a member.

    `answers` say which groups of an event somebody is in, where it has any.
    """

    name: str | None = None
    email: str | None = None
    buyer_email: str | None = None
    organization: str | None = None
    answers: tuple[Said, ...] = ()


NOBODY = Attendee()


@dataclass(frozen=True, slots=True)
class Announced:
    """What the world was last told of a registration."""

    member_id: str
    status: Status
    checked_in: bool
    mentoring: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Registration:
    """`origin` is None for one made here; `record` dates the last record that was applied.

    `source_checked_in_at` is what the source last said, `checked_in_at` what counts: the desk may know better, until
    the source changes its mind.
    """

    id: str
    tenant: str
    version: int
    updated_at: datetime
    created_at: datetime
    event_id: str
    status: Status
    member_id: str | None = None
    origin: Origin | None = None
    record: Dated | None = None
    attendee: Attendee = NOBODY
    ticket_type: str | None = None
    mentoring: tuple[str, ...] = ()
    visibility: str | None = None
    checked_in_at: datetime | None = None
    source_checked_in_at: datetime | None = None
    place: int | None = None
    """Where it stands among all that ever joined the event's waitlist: the order in which seats are offered."""
    offer_expires_at: datetime | None = None
    """Until when the seat is or was held that was offered."""
    own_live: bool = False
    """Made here and not cancelled: at most one for a member and event, by a unique index."""
    announced: Announced | None = None
    made_as: str | None = None
    """The member who made it here, where they were merged into the one whose it is now."""
    superseded: Status | None = None
    """How it stood when it gave way to another one that the same person had made."""

    @property
    def maker(self) -> str:
        """Of one that was made here: who made it, by the id they had."""
        return self.made_as or self.member_id or ""

    @property
    def seats(self) -> int:
        """How many seats it uses."""
        return 1 if self.status in SEATED else 0

    @property
    def waits(self) -> bool:
        """Whether it waits for a seat of ours; whom a ticket system has wait, that system promotes."""
        return self.status is Status.WAITLISTED and self.origin is None

    @property
    def confirmed(self) -> bool:
        return self.status is Status.CONFIRMED
