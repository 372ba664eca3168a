"""A generated schedule of an event: asked for, made by a worker, reviewed, and published meeting by meeting."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from shared.errors import Fault, Invalid
from shared.transitions import Machine

FITTING = 20
"""People who fit best are looked at for each, unless the organizer says another number."""


class ScheduleState(StrEnum):
    """Where a schedule stands."""

    QUEUED = "queued"
    COMPUTING = "computing"
    READY = "ready"
    PUBLISHING = "publishing"
    PUBLISHED = "published"
    FAILED = "failed"


class Whom(StrEnum):
    """For whom meetings are planned: all who come, or only those who have none at the event yet."""

    EVERYONE = "everyone"
    STILL_FREE = "still_free"


_Q, _C, _R = ScheduleState.QUEUED, ScheduleState.COMPUTING, ScheduleState.READY
_PUBLISHING, _PUBLISHED, _F = ScheduleState.PUBLISHING, ScheduleState.PUBLISHED, ScheduleState.FAILED

SCHEDULE = Machine(
    "schedule",
    {
        "compute": {_Q: _C, _C: _C},
        "finish": {_C: _R},
        "fail": {_Q: _F, _C: _F},
        "publish": {_R: _PUBLISHING},
        "conclude": {_PUBLISHING: _PUBLISHED},
        # Where publishing is not possible any more, as when the event was cancelled.
        "return": {_PUBLISHING: _R},
        # Another one is made in its place.
        "replace": dict.fromkeys((_Q, _C, _R, _PUBLISHED, _F), _Q),
    },
)


@dataclass(frozen=True, slots=True)
class Quota:
    """How many meetings those in a group are to have at least and may have at most; None: no limit.

    `group` None: everybody. Somebody in several groups has the highest least and the lowest most.
    """

    group: str | None = None
    least: int = 0
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Reached:
    """How good a schedule is, or can be at best, in order of importance; halves come of a bound alone."""

    missing: float
    mutual: float
    wished: float
    affinity: float


@dataclass(frozen=True, slots=True)
class Summary:
    """What came of it: `people` have a new meeting each, `without` come to the event and have none at all."""

    meetings: int
    people: int
    without: int
    reached: Reached
    bound: Reached
    optimal: bool


@dataclass(frozen=True, slots=True)
class MeetingSchedule:
    """The one schedule that an event has at a time; with a `due_at` it waits for a worker."""

    id: str
    tenant: str
    version: int
    updated_at: datetime
    event_id: str
    whom: Whom = Whom.EVERYONE
    quotas: tuple[Quota, ...] = ()
    fitting: int = FITTING
    state: ScheduleState = ScheduleState.QUEUED
    stage: str | None = None
    progress: float = 0.0
    due_at: datetime | None = None
    traceparent: str | None = None
    summary: Summary | None = None
    published: int = 0
    """Meetings that came of it."""
    left_out: int = 0
    """Planned ones that were not possible any more."""
    failure: str | None = None

    def computing(self, stage: str, progress: float, now: datetime) -> "MeetingSchedule":
        """A worker is at this stage. Raises Conflict."""
        return replace(self._after("compute", now), stage=stage, progress=progress)

    def finished(self, summary: Summary, now: datetime) -> "MeetingSchedule":
        """To be reviewed. Raises Conflict."""
        return replace(self._after("finish", now), summary=summary, stage=None, progress=1.0, due_at=None)

    def failed(self, failure: str, now: datetime) -> "MeetingSchedule":
        """Given up, with a sentence that says why. Raises Conflict."""
        return replace(self._after("fail", now), failure=failure, stage=None, due_at=None)

    def to_publish(self, now: datetime, traceparent: str | None) -> "MeetingSchedule":
        """A worker's to publish. Raises Conflict."""
        publishing = self._after("publish", now)
        return replace(publishing, progress=0.0, due_at=now, traceparent=traceparent, failure=None)

    def concluded(self, now: datetime) -> "MeetingSchedule":
        """All of it is out. Raises Conflict."""
        return replace(self._after("conclude", now), progress=1.0, due_at=None)

    def returned(self, failure: str, now: datetime) -> "MeetingSchedule":
        """Under review again, as publishing is not possible. Raises Conflict."""
        return replace(self._after("return", now), failure=failure, due_at=None)

    def _after(self, verb: str, now: datetime) -> "MeetingSchedule":
        return replace(self, state=SCHEDULE.after(self.state, verb), updated_at=now)


def require_sound(quotas: tuple[Quota, ...], groups: frozenset[str]) -> None:
    """Raises Invalid with every fault; `groups` are the names there are at the event."""
    faults = []
    named: set[str | None] = set()
    for number, quota in enumerate(quotas):
        at = f"/quotas/{number}"
        if quota.group is not None and quota.group not in groups:
            faults.append(Fault(f"{at}/group", "The event has no group of this name: see its groups."))
        if quota.group in named:
            faults.append(Fault(f"{at}/group", "Is named twice."))
        if quota.most is not None and quota.most < quota.least:
            faults.append(Fault(f"{at}/most", "Is less than `least`."))
        named.add(quota.group)
    if faults:
        raise Invalid(faults)


def quota_of(quotas: tuple[Quota, ...], groups: frozenset[str]) -> Quota:
    """What holds for somebody in these groups; a least above the most gives way to it."""
    own = [each for each in quotas if each.group is None or each.group in groups]
    limits = [each.most for each in own if each.most is not None]
    most = min(limits) if limits else None
    least = max((each.least for each in own), default=0)
    return Quota(None, least if most is None else min(least, most), most)
