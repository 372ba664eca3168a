"""A series of speed rounds: what the organizer asked for, where its plan stands, and what its clock says."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from services.events.domain.event import Event
from shared.errors import Conflict, Fault, Invalid
from shared.transitions import Machine

MOST_ROUNDS = 100
LARGEST_GROUP = 50
MOST_TABLES = 20_000
LONGEST_TABLE = 40
"""Characters of a table's name: it is read from afar."""
MOST_NAMED = 10_000
"""Pairs kept apart, or people who are named as gone or late: what one question may hold."""
MOST_PEOPLE = 50_000
ROUND_MINUTES = 8
PAUSE_MINUTES = 2


class SeriesState(StrEnum):
    """Where a series stands."""

    QUEUED = "queued"
    PLANNING = "planning"
    READY = "ready"
    PUBLISHED = "published"
    REPLANNING = "replanning"
    FAILED = "failed"
    CANCELLED = "cancelled"


_QUEUED, _PLANNING, _READY = SeriesState.QUEUED, SeriesState.PLANNING, SeriesState.READY
_PUBLISHED, _REPLANNING, _FAILED = SeriesState.PUBLISHED, SeriesState.REPLANNING, SeriesState.FAILED

ROUND_SERIES = Machine(
    "series of rounds",
    {
        # A worker that died in the middle leaves `planning` behind; the next one begins anew and finds the same.
        "plan": {_QUEUED: _PLANNING, _PLANNING: _PLANNING},
        "finish": {_PLANNING: _READY},
        "fail": {_QUEUED: _FAILED, _PLANNING: _FAILED},
        "plan again": {_READY: _QUEUED, _FAILED: _QUEUED},
        "publish": {_READY: _PUBLISHED},
        # Asked once more while a worker is at it, the worker begins anew with what it knows then.
        "replan": {_PUBLISHED: _REPLANNING, _REPLANNING: _REPLANNING},
        "renew": {_REPLANNING: _PUBLISHED},
        "keep": {_REPLANNING: _PUBLISHED},
        "cancel": dict.fromkeys((_QUEUED, _PLANNING, _READY, _PUBLISHED, _REPLANNING, _FAILED), SeriesState.CANCELLED),
    },
)

OUT = (SeriesState.PUBLISHED, SeriesState.REPLANNING)
"""Those whose plan people have been told."""
TAKING_TIME = tuple(state for state in SeriesState if state not in (_FAILED, SeriesState.CANCELLED))
"""Those that no other series of the event may overlap."""


class Who(StrEnum):
    """Who takes part: whoever has a confirmed registration, or who of them is checked in."""

    CONFIRMED = "confirmed"
    CHECKED_IN = "checked_in"


class AllRoundsHaveBegun(Conflict):
    """There is nothing left to change."""

    def __init__(self) -> None:
        super().__init__("All of these rounds have begun: what has begun is not changed.")


class RoundsOverlap(Conflict):
    """Two series of one event at a time."""

    def __init__(self, name: str) -> None:
        super().__init__(f"At that time there are other speed rounds: {name}. Cancel them, or choose another time.")


@dataclass(frozen=True, slots=True)
class PlanSummary:
    """What a plan comes to. `bound`: no plan has more affinity; None where nobody worked it out."""

    people: int = 0
    left_out: int = 0
    """People who have something else at that time."""
    person_rounds: int = 0
    missed: int = 0
    """How many of these without anybody to meet."""
    repeats: int = 0
    affinity: int = 0
    bound: int | None = None
    optimal: bool = False
    byes_most: int = 0
    """How many rounds whoever has the most byes sits out."""
    tables_used: int = 0
    changed: int = 0
    """People for whom the last new plan was another one."""


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be known of people when the coming rounds are planned anew."""

    gone: tuple[str, ...] = ()
    late: tuple[str, ...] = ()
    check_ins: bool = False
    """Whether who is not checked in is gone, and who is now comes in."""

    def and_(self, later: "Change") -> "Change":
        """Both; what was said of a person last holds."""
        back, away = set(later.late), set(later.gone)
        return Change(
            gone=tuple(dict.fromkeys((*(each for each in self.gone if each not in back), *later.gone))),
            late=tuple(dict.fromkeys((*(each for each in self.late if each not in away), *later.late))),
            check_ins=self.check_ins or later.check_ins,
        )


@dataclass(frozen=True, slots=True)
class RoundSeries:
    """Rounds are numbered from 0 here and from 1 for people. `due_at` is set while a worker has something to do."""

    id: str
    tenant: str
    version: int
    updated_at: datetime
    created_at: datetime
    event_id: str
    name: str
    starts_at: datetime
    rounds: int
    group_size: int = 2
    round_minutes: int = ROUND_MINUTES
    pause_minutes: int = PAUSE_MINUTES
    tables: tuple[str, ...] = ()
    """The organizer's names of them, if there are any; else tables have numbers from 1 on."""
    table_count: int | None = None
    """How many there are; None: as many as it takes."""
    who: Who = Who.CONFIRMED
    may_meet: tuple[tuple[str, str], ...] = ()
    """Pairs of the event's groups whose people meet, in either order; none: everybody meets everybody."""
    forbidden: tuple[tuple[str, str], ...] = ()
    state: SeriesState = _QUEUED
    stage: str = ""
    progress: float = 0.0
    summary: PlanSummary | None = None
    plan_version: int = 0
    """Of the plan that is shown; 0: there is none yet."""
    whole_plan: int = 0
    """The last that was written for everybody; those after it only for whoever had other seats."""
    first_round: int = 1
    """The first round that this plan changed, from 1."""
    change: Change | None = None
    """What the next plan has to heed."""
    published_at: datetime | None = None
    failure: str | None = None
    due_at: datetime | None = None
    heartbeat_at: datetime | None = None
    """When a worker last said that it is at it, or was done."""
    traceparent: str | None = None
    """The trace of the request that asked for it."""

    @property
    def each(self) -> timedelta:
        """From the begin of a round to that of the next."""
        return timedelta(minutes=self.round_minutes + self.pause_minutes)

    def begins(self, number: int) -> datetime:
        """When that round begins."""
        return self.starts_at + number * self.each

    def ends(self, number: int) -> datetime:
        """When that round is over."""
        return self.begins(number) + timedelta(minutes=self.round_minutes)

    @property
    def ends_at(self) -> datetime:
        """When the last round is over."""
        return self.ends(self.rounds - 1)

    def coming(self, now: datetime) -> int:
        """The first round that has not begun; as many as there are where all have."""
        passed = now - self.starts_at
        if passed < timedelta(0):
            return 0
        return min(passed // self.each + 1, self.rounds)

    def not_over(self, now: datetime) -> int:
        """The first round that is not over yet; as many as there are where all are."""
        coming = self.coming(now)
        return coming - 1 if coming and now < self.ends(coming - 1) else coming

    def current(self, now: datetime) -> int | None:
        """The round that people sit in now; None before, between and after them."""
        number = self.not_over(now)
        return number if number < self.coming(now) else None

    def table_name(self, table: int) -> str:
        """What people call it."""
        return self.tables[table] if table < len(self.tables) else str(table + 1)

    @property
    def tables_at_once(self) -> int | None:
        """The most that can be used in one round; None for as many as it takes."""
        return len(self.tables) or self.table_count

    @property
    def out(self) -> bool:
        """Whether people have been told of its plan."""
        return self.state in OUT

    def moved(self, verb: str, now: datetime) -> "RoundSeries":
        """After the verb. Raises IllegalTransition."""
        return replace(self, state=ROUND_SERIES.after(self.state, verb), updated_at=now)

    def finished(self, plan_version: int, summary: PlanSummary, now: datetime) -> "RoundSeries":
        """Ready for review. Raises IllegalTransition, as when it was cancelled meanwhile."""
        ready = replace(self.moved("finish", now), stage="", progress=1.0, due_at=None, failure=None, heartbeat_at=now)
        shown = replace(ready, plan_version=plan_version, whole_plan=plan_version)
        return replace(shown, summary=summary, first_round=1, change=None)

    def failed(self, failure: str, now: datetime) -> "RoundSeries":
        """Given up, with a sentence for the organizer; its people's time is given back. Raises IllegalTransition."""
        return replace(self.moved("fail", now), failure=failure, stage="", due_at=now)

    def again(self, traceparent: str | None, now: datetime) -> "RoundSeries":
        """To be planned from the beginning: nobody has been told of the plan there is. Raises IllegalTransition."""
        queued = replace(self.moved("plan again", now), due_at=now, progress=0.0, failure=None)
        return replace(queued, traceparent=traceparent, change=None)

    def publishing(self, now: datetime) -> "RoundSeries":
        """Published. Raises IllegalTransition, AllRoundsHaveBegun."""
        published = self.moved("publish", now)
        if self.coming(now) > 0:
            raise Conflict("The first of these rounds has begun: nobody would find their table. Plan others.")
        return replace(published, published_at=now)

    def to_replan(self, change: Change, traceparent: str | None, now: datetime) -> "RoundSeries":
        """To be planned anew from the first round that has not begun. Raises IllegalTransition, AllRoundsHaveBegun."""
        asked = self.moved("replan", now)
        if self.coming(now) >= self.rounds:
            raise AllRoundsHaveBegun
        whole = change if self.change is None else self.change.and_(change)
        return replace(asked, change=whole, due_at=now, progress=0.0, failure=None, traceparent=traceparent)

    def renewed(self, plan_version: int, first: int, summary: PlanSummary, now: datetime) -> "RoundSeries":
        """With another plan from the round `first` on, counted from 0. Raises IllegalTransition.

        A worker gives back the time of whoever is in it no more.
        """
        renewed = replace(self.moved("renew", now), stage="", progress=1.0, due_at=now, change=None, heartbeat_at=now)
        return replace(renewed, plan_version=plan_version, first_round=first + 1, summary=summary)

    def kept(self, failure: str | None, now: datetime) -> "RoundSeries":
        """With the plan it has; `failure` says why, if it is worth a word. Raises IllegalTransition.

        A worker gives back the time of whoever would have come in.
        """
        return replace(self.moved("keep", now), stage="", due_at=now, change=None, failure=failure)

    def settled(self) -> "RoundSeries":
        """With nothing left for a worker to do."""
        return replace(self, due_at=None)

    def cancelled(self, now: datetime) -> "RoundSeries":
        """Called off; a worker gives its people's time back. Raises IllegalTransition."""
        return replace(self.moved("cancel", now), stage="", due_at=now, change=None)

    def without(self, member_ids: frozenset[str], now: datetime) -> "RoundSeries":
        """With none of these members named anywhere in it."""
        change = self.change and replace(
            self.change,
            gone=tuple(each for each in self.change.gone if each not in member_ids),
            late=tuple(each for each in self.change.late if each not in member_ids),
        )
        forbidden = tuple(pair for pair in self.forbidden if member_ids.isdisjoint(pair))
        return replace(self, forbidden=forbidden, change=change, updated_at=now)


def require_sound(series: RoundSeries, event: Event, now: datetime) -> None:
    """Raises Invalid with every fault that no single field shows."""
    faults = []
    if series.starts_at <= now:
        faults.append(Fault("/starts_at", "Must be later than now."))
    if series.starts_at < event.starts_at:
        faults.append(Fault("/starts_at", "Must not be before the event begins."))
    if series.ends_at > event.ends_at:
        faults.append(Fault("/rounds", "The last round would end after the event does: have fewer, or shorter ones."))
    if series.tables and series.table_count is not None and series.table_count != len(series.tables):
        faults.append(Fault("/table_count", "Is not how many tables are named: leave it out."))
    faults += [Fault(f"/tables/{at}", "Is named twice.") for at in _twice(series.tables)]
    if series.may_meet and series.group_size > 2:
        faults.append(Fault("/may_meet", "Groups that meet are for rounds one to one, of the group size 2."))
    faults += [
        Fault(f"/forbidden/{at}", "Nobody meets themselves anyway.")
        for at, (one, other) in enumerate(series.forbidden)
        if one == other
    ]
    if faults:
        raise Invalid(faults)


def _twice(names: tuple[str, ...]) -> list[int]:
    seen: set[str] = set()
    found = []
    for at, name in enumerate(names):
        if name in seen:
            found.append(at)
        seen.add(name)
    return found


def overlap(one: RoundSeries, other: RoundSeries) -> bool:
    """Whether the two take the same time."""
    return one.starts_at < other.ends_at and other.starts_at < one.ends_at
