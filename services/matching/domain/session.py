"""A meeting of a pair: proposed by one, confirmed by the other, then held, missed or cancelled."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from services.matching.domain.agreement import MeetingFormat
from services.matching.domain.transitions import Machine
from shared.errors import Conflict

LATE = timedelta(hours=3)


class SessionState(StrEnum):
    """Where a session stands."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    HELD = "held"
    MISSED = "missed"
    CANCELLED = "cancelled"


_PROPOSED, _CONFIRMED = SessionState.PROPOSED, SessionState.CONFIRMED

SESSION = Machine(
    "session",
    {
        "confirm": {_PROPOSED: _CONFIRMED},
        "reschedule": {_PROPOSED: _PROPOSED, _CONFIRMED: _PROPOSED},
        "hold": {_CONFIRMED: SessionState.HELD},
        "miss": {_CONFIRMED: SessionState.MISSED},
        "cancel": {_PROPOSED: SessionState.CANCELLED, _CONFIRMED: SessionState.CANCELLED},
        "note": {state: state for state in (_PROPOSED, _CONFIRMED, SessionState.HELD)},
    },
)


class OwnProposal(Conflict):
    """Whoever proposed a time cannot confirm it alone."""

    def __init__(self) -> None:
        super().__init__("The other one has to confirm this session.")


@dataclass(frozen=True, slots=True)
class Session:
    """`sequence` rises with each change of time or place (RFC 5546); `proposed_by` made the latest proposal.

    `notes_by` and `actions_by` wrote these as they are now; None where there are none, or nobody kept who.
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
    actions: tuple[str, ...] = ()
    sequence: int = 0
    state: SessionState = SessionState.PROPOSED
    cancelled_by: str | None = None
    missed_by: tuple[str, ...] = ()
    late: bool = False
    notes_by: str | None = None
    actions_by: str | None = None

    def confirmed(self, by: str, now: datetime) -> "Session":
        """Agreed by the other one. Raises IllegalTransition, OwnProposal."""
        state = SESSION.after(self.state, "confirm")
        if by == self.proposed_by:
            raise OwnProposal
        return replace(self, state=state, updated_at=now)

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
        """At another time or place, to be confirmed anew; keeps its id. Raises IllegalTransition."""
        return replace(
            self,
            state=SESSION.after(self.state, "reschedule"),
            proposed_by=by,
            starts_at=starts_at,
            duration_minutes=duration_minutes,
            format=meeting_format,
            place=place,
            sequence=self.sequence + 1,
            updated_at=now,
        )

    def held(self, now: datetime) -> "Session":
        """It took place. Raises IllegalTransition."""
        return replace(self, state=SESSION.after(self.state, "hold"), updated_at=now)

    def missed(self, absent: tuple[str, ...], now: datetime) -> "Session":
        """Those named did not come. Raises IllegalTransition."""
        return replace(self, state=SESSION.after(self.state, "miss"), missed_by=absent, updated_at=now)

    def cancelled(self, by: str | None, now: datetime) -> "Session":
        """Called off, by nobody where the mentorship's end did; late when less than [3 h] before it starts.

        Raises IllegalTransition.
        """
        return replace(
            self,
            state=SESSION.after(self.state, "cancel"),
            cancelled_by=by,
            late=now > self.starts_at - LATE,
            sequence=self.sequence + 1,
            updated_at=now,
        )

    def named_anew(self, names: Mapping[str, str], now: datetime) -> "Session":
        """By the ids that its two have now; itself where it names neither by another."""
        cancelled_by = None if self.cancelled_by is None else names.get(self.cancelled_by, self.cancelled_by)
        named = replace(
            self,
            proposed_by=names.get(self.proposed_by, self.proposed_by),
            cancelled_by=cancelled_by,
            missed_by=tuple(names.get(each, each) for each in self.missed_by),
        )
        return self if named == self else replace(named, updated_at=now)

    def noted(self, by: str, notes: str, actions: tuple[str, ...], now: datetime) -> "Session":
        """With the pair's private notes and agreed actions. Raises IllegalTransition."""
        return replace(
            self,
            state=SESSION.after(self.state, "note"),
            notes=notes,
            actions=actions,
            notes_by=self.notes_by if notes == self.notes else by,
            actions_by=self.actions_by if actions == self.actions else by,
            updated_at=now,
        )
