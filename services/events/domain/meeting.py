"""Two attendees meet at an event: from one asking the other to having met."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from services.events.domain.held_time import Hold
from services.events.domain.meeting_slots import Slot
from shared.errors import Conflict, NotFound
from shared.transitions import Machine

KIND = "meeting"

MEMBER, ORGANIZER, ERASED, MERGED = "member", "organizer", "erased", "merged"
REGISTRATION_CANCELLED, EVENT_CANCELLED = "registration_cancelled", "event_cancelled"
PARTED = REGISTRATION_CANCELLED
"""Why a meeting of two who are kept apart is over, for everybody: as where one of them does not come any more, which is
what asking that one again is answered with. A request that waits is called off by who made it alone, or by a block."""
SLOT_REMOVED, SLOT_MOVED = "slot_removed", "slot_moved"


class MeetingState(StrEnum):
    """Where a meeting stands."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


class Origin(StrEnum):
    """How a meeting came about."""

    REQUEST = "request"
    COUNTER = "counter"
    SCHEDULE = "schedule"
    CORNER = "corner"


_P, _A = MeetingState.PENDING, MeetingState.ACCEPTED

OPEN = (_P, _A)

MEETING = Machine(
    KIND,
    {
        "accept": {_P: _A},
        "decline": {_P: MeetingState.DECLINED},
        "expire": {_P: MeetingState.EXPIRED},
        # Another time for one that was agreed waits for a yes again.
        "counter": {_P: _P, _A: _P},
        "cancel": {_P: MeetingState.CANCELLED, _A: MeetingState.CANCELLED},
        "move": {_P: _P, _A: _A},
    },
)


class MeetingOver(Conflict):
    """It took place, or its time passed: nothing can be done with it any more."""

    def __init__(self) -> None:
        super().__init__("The time of this meeting is over.")


@dataclass(frozen=True, slots=True)
class Meeting:
    """`requester_id` made the proposal that stands, `invitee_id` has to answer it.

    `message` is what the requester wrote, `place` what they agreed on where no table was left. `sequence` rises with
    each change. `due_at` is when a worker must look next: at the expiry, then when it is over.
    """

    id: str
    tenant: str
    version: int
    updated_at: datetime
    event_id: str
    slot_id: str
    starts_at: datetime
    ends_at: datetime
    requester_id: str
    invitee_id: str
    party_ids: tuple[str, ...]
    """The two in order of id, to find them by."""
    asked_at: datetime
    state: MeetingState = MeetingState.PENDING
    origin: Origin = Origin.REQUEST
    expires_at: datetime | None = None
    due_at: datetime | None = None
    message: str | None = None
    table: str | None = None
    place: str | None = None
    sequence: int = 0
    reason: str | None = None
    agreed: bool = False
    """Both said yes to it once: it stands in their calendars, whatever became of it."""
    muted: bool = False
    """The invitee is never told of it, and whoever asked cannot tell."""
    over: bool = False
    """Its time has come and gone: it holds nobody any more."""
    met: bool = False
    """That the two met is announced."""
    requester_as: str | None = None
    """The member who asked, where they were merged into the one who is now."""
    invitee_as: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether it may still take place, or is taking place."""
        return self.state in OPEN and not self.over

    @property
    def holds(self) -> frozenset[Hold]:
        """Whose time it holds now. Of one that the invitee never hears of, theirs stays free."""
        if not self.is_open:
            return frozenset()
        held = (self.requester_id,) if self.muted else (self.requester_id, self.invitee_id)
        return frozenset(Hold(each, KIND, self.id, self.event_id, self.starts_at, self.ends_at) for each in held)

    @property
    def seat(self) -> tuple[str, str] | None:
        """The slot and the table of it that it takes until it is over."""
        taken = self.state is _A and not self.over
        return (self.slot_id, self.table) if taken and self.table is not None else None

    @property
    def first_named(self) -> tuple[str, str]:
        """Who asked and who was asked, each by the id they had at first."""
        return self.requester_as or self.requester_id, self.invitee_as or self.invitee_id

    def other(self, member_id: str) -> str:
        """Whom this one of the two meets."""
        return self.invitee_id if member_id == self.requester_id else self.requester_id

    def require_party(self, member_id: str | None) -> str:
        """The id, of one of the two. Raises NotFound for everybody who is to know nothing of it."""
        if member_id is not None and member_id == self.requester_id:
            return member_id
        if member_id is not None and member_id == self.invitee_id and not self.muted:
            return member_id
        raise NotFound(KIND, self.id)

    def accepted(self, now: datetime, table: str | None, place: str | None) -> "Meeting":
        """Both will come. Raises Conflict."""
        self._require_in_time(now)
        return replace(
            self._after("accept", now), table=table, place=place, agreed=True, expires_at=None, due_at=self.ends_at
        )

    def declined(self, now: datetime) -> "Meeting":
        """They will not meet. Raises Conflict."""
        return self._ended("decline", now, MEMBER)

    def expired(self, now: datetime) -> "Meeting":
        """Nobody answered in time. Raises Conflict."""
        return self._ended("expire", now, None)

    def cancelled(self, now: datetime, reason: str) -> "Meeting":
        """Called off, by whomever. Raises Conflict where it is not open, MeetingOver where its time is over."""
        after = self._ended("cancel", now, reason)
        if self.over or self.ends_at <= now:
            raise MeetingOver
        return after

    def countered(self, by: str, slot: Slot, expires_at: datetime, message: str | None, now: datetime) -> "Meeting":
        """Another time, proposed by `by`: the other one has to answer. Raises Conflict."""
        if self.origin is Origin.CORNER:
            raise Conflict("This was booked in the mentoring corner: cancel it, and book another time there.")
        after = self._after("counter", now)
        self._require_in_time(now)
        if self.over or (self.state is _A and self.ends_at <= now):
            raise MeetingOver
        asks_anew = by == self.requester_id
        return replace(
            after,
            origin=Origin.COUNTER,
            slot_id=slot.id,
            starts_at=slot.starts_at,
            ends_at=slot.ends_at,
            requester_id=by,
            invitee_id=self.other(by),
            requester_as=self.requester_as if asks_anew else self.invitee_as,
            invitee_as=self.invitee_as if asks_anew else self.requester_as,
            asked_at=now,
            expires_at=expires_at,
            due_at=expires_at,
            message=message,
            table=None,
            place=None,
        )

    def moved(self, now: datetime, slot: Slot, expires_at: datetime, table: str | None) -> "Meeting":
        """As its slot is now: at another time, or at another table. Raises Conflict."""
        after = self._after("move", now)
        pending = self.state is _P
        return replace(
            after,
            starts_at=slot.starts_at,
            ends_at=slot.ends_at,
            expires_at=expires_at if pending else None,
            due_at=expires_at if pending else slot.ends_at,
            table=table,
        )

    def finished(self, now: datetime, *, met: bool) -> "Meeting":
        """Over; whether the two have met, as far as check-ins tell now."""
        return replace(self, over=True, met=met, due_at=None, updated_at=now)

    def named_anew(self, requester_id: str, invitee_id: str, now: datetime) -> "Meeting":
        """The same of who its two are now, each of whom keeps the id they had at first."""
        was_requester, was_invitee = self.requester_as or self.requester_id, self.invitee_as or self.invitee_id
        return replace(
            self,
            requester_id=requester_id,
            invitee_id=invitee_id,
            party_ids=parties(requester_id, invitee_id),
            requester_as=None if was_requester == requester_id else was_requester,
            invitee_as=None if was_invitee == invitee_id else was_invitee,
            updated_at=now,
        )

    def _require_in_time(self, now: datetime) -> None:
        if self.state is _P and self.expires_at is not None and self.expires_at <= now:
            raise Conflict("The request ran out before it was answered: ask anew.")

    def _after(self, verb: str, now: datetime) -> "Meeting":
        return replace(self, state=MEETING.after(self.state, verb), sequence=self.sequence + 1, updated_at=now)

    def _ended(self, verb: str, now: datetime, reason: str | None) -> "Meeting":
        return replace(self._after(verb, now), reason=reason, due_at=None, table=None)


def asked(identifier: str, tenant: str, event_id: str, slot: Slot, asker: str, invitee: str, now: datetime) -> Meeting:
    """A new meeting of the two in the slot, which nobody has agreed on yet; when it expires is still to be said."""
    return Meeting(
        id=identifier,
        tenant=tenant,
        version=1,
        updated_at=now,
        event_id=event_id,
        slot_id=slot.id,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        requester_id=asker,
        invitee_id=invitee,
        party_ids=parties(asker, invitee),
        asked_at=now,
    )


def booked(meeting: Meeting, origin: Origin, table: str | None, place: str | None = None) -> Meeting:
    """The same, which is agreed on from the start."""
    return replace(
        meeting,
        state=MeetingState.ACCEPTED,
        origin=origin,
        due_at=meeting.ends_at,
        table=table,
        place=place,
        agreed=True,
    )


def parties(one: str, other: str) -> tuple[str, ...]:
    """The two in order of id."""
    return tuple(sorted((one, other)))
