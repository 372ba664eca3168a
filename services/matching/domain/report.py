"""A member reports another to the staff: what it says, the evidence as it was at that moment, and what is decided."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from shared.transitions import Machine


class ReportState(StrEnum):
    """Where a report stands."""

    NEW = "new"
    UNDER_REVIEW = "under_review"
    ACTIONED = "actioned"
    DISMISSED = "dismissed"


_REVIEW = ReportState.UNDER_REVIEW

REPORT = Machine(
    "report",
    {
        "review": {ReportState.NEW: _REVIEW},
        "act": {_REVIEW: ReportState.ACTIONED},
        "dismiss": {_REVIEW: ReportState.DISMISSED},
    },
)


class Category(StrEnum):
    """What it is about."""

    HARASSMENT = "harassment"
    SPAM = "spam"
    INAPPROPRIATE = "inappropriate"
    IMPERSONATION = "impersonation"
    SAFETY = "safety"
    OTHER = "other"


class EvidenceKind(StrEnum):
    """What of a pair can be pointed to."""

    MENTORSHIP = "mentorship"
    SESSION = "session"
    REQUEST = "request"
    APPRECIATION = "appreciation"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing and how it was when it was reported, in JSON's terms; `content` is None when its time is over."""

    kind: EvidenceKind
    id: str
    content: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Report:
    """The ids are those that it was made with: who a member is by now is asked when it is read.

    `text` is None when its time is over; `due_at` is that time, from the closing on.
    """

    id: str
    tenant: str
    version: int
    updated_at: datetime
    created_at: datetime
    reporter_id: str
    reported_id: str
    category: Category
    text: str | None
    evidence: tuple[Evidence, ...] = ()
    program_id: str | None = None
    state: ReportState = ReportState.NEW
    reviewer_id: str | None = None
    closed_at: datetime | None = None
    measure_id: str | None = None
    due_at: datetime | None = None

    def under_review(self, by: str | None, now: datetime) -> "Report":
        """In the hands of this coordinator. Raises IllegalTransition."""
        return replace(self, state=REPORT.after(self.state, "review"), reviewer_id=by, updated_at=now)

    def actioned(self, measure_id: str, by: str | None, keep_days: int, now: datetime) -> "Report":
        """Closed with this measure. Raises IllegalTransition."""
        return replace(self._closed("act", by, keep_days, now), measure_id=measure_id)

    def dismissed(self, by: str | None, keep_days: int, now: datetime) -> "Report":
        """Closed without one. Raises IllegalTransition."""
        return self._closed("dismiss", by, keep_days, now)

    def without_content(self, now: datetime) -> "Report":
        """Without text and evidence: what is left are ids, codes and times."""
        evidence = tuple(replace(each, content=None) for each in self.evidence)
        return replace(self, text=None, evidence=evidence, due_at=None, updated_at=now)

    def _closed(self, verb: str, by: str | None, keep_days: int, now: datetime) -> "Report":
        state = REPORT.after(self.state, verb)
        due_at = now + timedelta(days=keep_days)
        return replace(self, state=state, reviewer_id=by, closed_at=now, due_at=due_at, updated_at=now)
