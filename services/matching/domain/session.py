"""A meeting of a pair: proposed by one, confirmed by the other, then held, missed or cancelled."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from services.matching.domain.action import Action
from services.matching.domain.agreement import MeetingFormat
from services.matching.domain.turnout import Attendance, Word, turnout
from shared.errors import Conflict, NotFound
from shared.ids import derived_id
from shared.transitions import Machine


class SessionState(StrEnum):
    """Where a session stands."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    HELD = "held"
    MISSED = "missed"
    CANCELLED = "cancelled"


_PROPOSED, _CONFIRMED = SessionState.PROPOSED, SessionState.CONFIRMED
_HELD, _MISSED = SessionState.HELD, SessionState.MISSED

SESSION = Machine(
    "session",
    {
        "confirm": {_PROPOSED: _CONFIRMED},
        "reschedule": {_PROPOSED: _PROPOSED, _CONFIRMED: _PROPOSED},
        "hold": {_CONFIRMED: _HELD},
        "miss": {_CONFIRMED: _MISSED},
        "contest": {_HELD: _CONFIRMED, _MISSED: _CONFIRMED},
        "say": {state: state for state in (_CONFIRMED, _HELD, _MISSED)},
        "cancel": {_PROPOSED: SessionState.CANCELLED, _CONFIRMED: SessionState.CANCELLED},
        "note": {state: state for state in (_PROPOSED, _CONFIRMED, _HELD)},
    },
)


class OwnProposal(Conflict):
    """Whoever proposed a time cannot confirm it alone."""

    def __init__(self) -> None:
        super().__init__("The other one has to confirm this session.")


class SessionBegun(Conflict):
    """What was agreed and has begun is not taken back: one says how it went."""

    def __init__(self) -> None:
        super().__init__("This session has begun: say whether it was held or missed.")


class NotBegun(Conflict):
    """Nobody can have missed it yet."""

    def __init__(self) -> None:
        super().__init__("This session has not begun: nobody has missed it yet.")


class AttendanceSettled(Conflict):
    """Both agreed, or one was silent for too long."""

    def __init__(self, state: SessionState) -> None:
        super().__init__(f"It is settled that this session was {state}.")


class AlreadyMeeting(Conflict):
    """One of the two has agreed to meet somebody else at that time."""

    def __init__(self) -> None:
        super().__init__("One of you has another session at that time: propose another time.")


@dataclass(frozen=True, slots=True)
class Session:
    """`sequence` rises with each change of time or place (RFC 5546); `proposed_by` made the latest proposal.

    `notes_by` wrote the notes as they are now; None where there are none, or nobody kept who. `words` are what the two
    said of it afterwards, each the latest; `settles_at` is when the other's silence agrees to the only one. `due_at` is
    when a worker must look at it next: to ask the two, or to settle it.
    """

    id: str
    tenant: str
    version: int
    updated_at: datetime
    mentorship_id: str
    proposed_by: str
    starts_at: datetime
    duration_minutes: int
    format: MeetingFormat | None = None
    place: str | None = None
    notes: str = ""
    actions: tuple[Action, ...] = ()
    sequence: int = 0
    previous_starts_at: datetime | None = None
    state: SessionState = SessionState.PROPOSED
    cancelled_by: str | None = None
    missed_by: tuple[str, ...] = ()
    late: bool = False
    notes_by: str | None = None
    words: tuple[Word, ...] = ()
    attendance: Attendance | None = None
    settles_at: datetime | None = None
    asked: bool = False
    due_at: datetime | None = None

    @property
    def ends_at(self) -> datetime:
        """When it is to be over."""
        return self.starts_at + timedelta(minutes=self.duration_minutes)

    def confirmed(self, by: str, now: datetime) -> "Session":
        """Agreed by the other one; both are asked after its end. Raises IllegalTransition, OwnProposal."""
        state = SESSION.after(self.state, "confirm")
        if by == self.proposed_by:
            raise OwnProposal
        return replace(self, state=state, due_at=self.ends_at, updated_at=now)

    def rescheduled(
        self,
        by: str,
        now: datetime,
        *,
        starts_at: datetime,
        duration_minutes: int,
        meeting_format: MeetingFormat | None,
        place: str | None,
    ) -> "Session":
        """At another time or place, to be confirmed anew; keeps its id. Raises IllegalTransition, SessionBegun."""
        state = SESSION.after(self.state, "reschedule")
        self._require_not_begun(now)
        return replace(
            self,
            state=state,
            proposed_by=by,
            starts_at=starts_at,
            duration_minutes=duration_minutes,
            format=meeting_format,
            place=place,
            previous_starts_at=self.previous_starts_at if starts_at == self.starts_at else self.starts_at,
            sequence=self.sequence + 1,
            due_at=None,
            asked=False,
            updated_at=now,
        )

    def said(self, by: str, absent: Collection[str], silence: timedelta, now: datetime) -> "Session":
        """With this one's word on who was absent, nobody where it was held; the latest word of each counts.

        That they met, and what one says against oneself, counts until the other contradicts; that the other was absent
        counts when the other agrees or has been silent for `silence`, from its end and from the word on. Who met before
        the time agreed on may say so before.

        Raises IllegalTransition, NotBegun, AttendanceSettled.
        """
        SESSION.after(self.state, "say")
        named = tuple(sorted(set(absent)))
        own = next((word for word in self.words if word.by == by), None)
        if own is not None and own.absent == named:
            return self
        if self._is_settled(now):
            if self.state is (_MISSED if named else _HELD) and self.missed_by == named:
                return self
            raise AttendanceSettled(self.state)
        if named and now < self.starts_at:
            raise NotBegun
        words = (*(word for word in self.words if word.by != by), Word(by, named, now))
        settles_at = max(self.ends_at, now) + silence if len(words) == 1 else self.settles_at
        return replace(self, words=words, settles_at=settles_at, updated_at=now)._by_its_words(time_is_over=False)

    def settled(self, now: datetime) -> "Session":
        """The only word stands, as its time is over; itself where there is nothing to settle."""
        if self.attendance is not Attendance.AWAITED or self.settles_at is None or now < self.settles_at:
            return self
        return replace(self, updated_at=now)._by_its_words(time_is_over=True)

    def asked_about(self, now: datetime) -> "Session":
        """After both were asked how it went."""
        return replace(self, asked=True, due_at=None, updated_at=now)

    def cancelled(self, by: str | None, late: timedelta, now: datetime) -> "Session":
        """Called off, by nobody where the mentorship's end did; late when less than `late` before it starts.

        Raises IllegalTransition, SessionBegun.
        """
        state = SESSION.after(self.state, "cancel")
        self._require_not_begun(now)
        return replace(
            self,
            state=state,
            cancelled_by=by,
            late=now > self.starts_at - late,
            sequence=self.sequence + 1,
            due_at=None,
            updated_at=now,
        )

    def named_anew(self, names: Mapping[str, str], now: datetime) -> "Session":
        """By the ids that its two have now; itself where it names neither by another."""
        cancelled_by = None if self.cancelled_by is None else names.get(self.cancelled_by, self.cancelled_by)
        named = replace(
            self,
            proposed_by=names.get(self.proposed_by, self.proposed_by),
            cancelled_by=cancelled_by,
            missed_by=tuple(sorted(names.get(each, each) for each in self.missed_by)),
            words=tuple(each.named_anew(names) for each in self.words),
            actions=tuple(each.named_anew(names) for each in self.actions),
        )
        return self if named == self else replace(named, updated_at=now)

    def noted(self, by: str, notes: str, actions: tuple[str, ...], now: datetime) -> "Session":
        """With the notes and actions that both share. Raises IllegalTransition.

        An action whose text was there before is the same one, with its owner and state.
        """
        state = SESSION.after(self.state, "note")
        before = list(self.actions)
        kept = []
        for number, text in enumerate(actions):
            same = next((each for each in before if each.text == text), None)
            if same is not None:
                before.remove(same)
            kept.append(same or Action(derived_id(self.id, f"{self.version}/{number}"), text, by))
        return replace(
            self,
            state=state,
            notes=notes,
            actions=tuple(kept),
            notes_by=self.notes_by if notes == self.notes else by,
            updated_at=now,
        )

    def action(self, action_id: str) -> Action:
        """The action of this id. Raises NotFound."""
        found = next((each for each in self.actions if each.id == action_id), None)
        if found is None:
            raise NotFound("action", action_id)
        return found

    def with_action(self, action: Action, now: datetime) -> "Session":
        """With this one in the place of the one of its id."""
        actions = tuple(action if each.id == action.id else each for each in self.actions)
        return replace(self, actions=actions, updated_at=now)

    def _require_not_begun(self, now: datetime) -> None:
        if self.state is _CONFIRMED and now >= self.starts_at:
            raise SessionBegun

    def _is_settled(self, now: datetime) -> bool:
        """Of sessions that were held or missed before anybody's words were kept, what is kept is settled."""
        if self.attendance is None:
            return self.state is not _CONFIRMED
        over = self.settles_at is not None and now >= self.settles_at
        return self.attendance is Attendance.SETTLED or (self.attendance is Attendance.AWAITED and over)

    def _by_its_words(self, *, time_is_over: bool) -> "Session":
        found = turnout(self.words, time_is_over=time_is_over)
        wanted = _CONFIRMED if found.absent is None else _MISSED if found.absent else _HELD
        state = self.state
        if wanted is not state and state is not _CONFIRMED:
            state = SESSION.after(state, "contest")
        if wanted is not state:
            state = SESSION.after(state, "miss" if wanted is _MISSED else "hold")
        return replace(
            self,
            state=state,
            attendance=found.attendance,
            missed_by=found.absent or (),
            due_at=self.settles_at if found.attendance is Attendance.AWAITED else None,
        )
