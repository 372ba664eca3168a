"""A meeting of a schedule that is not published yet, and what became of it."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from shared.transitions import Machine


class PlannedState(StrEnum):
    """Where a planned meeting stands."""

    PLANNED = "planned"
    DISMISSED = "dismissed"
    PUBLISHED = "published"
    LEFT_OUT = "left_out"


_P = PlannedState.PLANNED

PLANNED_MEETING = Machine(
    "planned meeting",
    {
        "dismiss": {_P: PlannedState.DISMISSED},
        "publish": {_P: PlannedState.PUBLISHED},
        "leave_out": {_P: PlannedState.LEFT_OUT},
    },
)


@dataclass(frozen=True, slots=True)
class PlannedMeeting:
    """Two people, the lower id first, in a slot at a table; `reason` says why it was left out."""

    id: str
    tenant: str
    version: int
    updated_at: datetime
    schedule_id: str
    event_id: str
    slot_id: str
    party_ids: tuple[str, ...]
    table: str | None = None
    state: PlannedState = PlannedState.PLANNED
    reason: str | None = None
    meeting_id: str | None = None

    def dismissed(self, now: datetime) -> "PlannedMeeting":
        """The organizer does not want it. Raises Conflict."""
        return self._after("dismiss", now)

    def published(self, meeting_id: str, now: datetime) -> "PlannedMeeting":
        """It is a meeting now. Raises Conflict."""
        return replace(self._after("publish", now), meeting_id=meeting_id)

    def left_out(self, reason: str, now: datetime) -> "PlannedMeeting":
        """It was not possible any more. Raises Conflict."""
        return replace(self._after("leave_out", now), reason=reason)

    def _after(self, verb: str, now: datetime) -> "PlannedMeeting":
        state = PLANNED_MEETING.after(self.state, verb)
        return replace(self, state=state, version=self.version + 1, updated_at=now)
