"""A match run over a program's approved people: computed by a worker, reviewed, published."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from services.matching.domain.parts import Weights
from shared.errors import Conflict
from shared.transitions import Machine

MOST_PEOPLE = 500_000
"""Places of a run. It takes some 10 KiB of a worker's memory for each, so some 5 GiB at most."""


class MatchRunState(StrEnum):
    """Where a run stands."""

    QUEUED = "queued"
    COMPUTING = "computing"
    READY = "ready"
    PUBLISHED = "published"
    DISCARDED = "discarded"
    FAILED = "failed"


_QUEUED, _COMPUTING, _READY = MatchRunState.QUEUED, MatchRunState.COMPUTING, MatchRunState.READY

COMPUTED = (_READY, MatchRunState.PUBLISHED)
"""Those that came out, and are not thrown away."""

MATCH_RUN = Machine(
    "match run",
    {
        # A worker that died in the middle leaves `computing` behind; the next one goes on.
        "compute": {_QUEUED: _COMPUTING, _COMPUTING: _COMPUTING},
        "finish": {_COMPUTING: _READY},
        "fail": {_QUEUED: MatchRunState.FAILED, _COMPUTING: MatchRunState.FAILED},
        "publish": {_READY: MatchRunState.PUBLISHED},
        "cancel": {_QUEUED: MatchRunState.DISCARDED, _COMPUTING: MatchRunState.DISCARDED},
        "discard": dict.fromkeys((_QUEUED, _COMPUTING, _READY), MatchRunState.DISCARDED),
        "rerun": {state: state for state in COMPUTED},
        "compare": {state: state for state in COMPUTED},
        "report": {state: state for state in COMPUTED},
    },
)


MOST_PAIRS = 10_000
"""Locked, and as many forbidden: what one question may name."""

PUBLISHING = "publishing"
"""The stage of a run that is on its way from review to mentorships."""


class BeingPublished(Conflict):
    """Some of its pairs are mentorships already."""

    def __init__(self) -> None:
        super().__init__("The run is being published: wait until it is, or look at `failure` if it stops.")


class TooManyPeople(Conflict):
    """A match of so many would take more memory than a worker is known to have."""

    def __init__(self, people: int) -> None:
        super().__init__(
            f"{people:,} approved places are more than one run takes ({MOST_PEOPLE:,}): divide the program, by groups "
            "for example."
        )


class Objective(StrEnum):
    """Best total score, or the most pairs first and the best score among those."""

    BEST_SCORE = "best_score"
    MOST_PEOPLE = "most_people"


class Mode(StrEnum):
    """What is promised of the pairs: the best for all together, or that no two would rather have each other."""

    WELFARE = "welfare"
    STABLE = "stable"


@dataclass(frozen=True, slots=True)
class Summary:
    """Pairs made, people left alone, and the fairness of it; scores in [0, 1], `total_score` their sum.

    `worst_decile` is the mean score of the tenth of the pairs that fit worst. Among peers the best match of very many
    is not always found: none of the candidates has more than `most_matched` pairs or a total above `most_score`.
    """

    matched: int = 0
    unmatched: int = 0
    total_score: float = 0.0
    worst_decile: float = 0.0
    most_matched: int | None = None
    most_score: float | None = None


@dataclass(frozen=True, slots=True)
class Unmatched:
    """Someone without a partner and the first rule that left them without candidates."""

    member_id: str
    role: str
    reason: str


@dataclass(frozen=True, slots=True)
class Skipped:
    """A proposal that could no longer become a mentorship when it was published, and why."""

    proposal_id: str
    mentor_id: str
    mentee_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class MatchRun:
    """One run; `locked` and `forbidden` are pairs (mentor id, mentee id); `weights` None are the program's.

    `due_at` is set while a worker has to compute or to publish it. `published` pairs became mentorships.
    """

    id: str
    tenant: str
    version: int
    updated_at: datetime
    program_id: str
    objective: Objective
    state: MatchRunState = MatchRunState.QUEUED
    stage: str = ""
    progress: float = 0.0
    locked: tuple[tuple[str, str], ...] = ()
    forbidden: tuple[tuple[str, str], ...] = ()
    weights: Weights | None = None
    seed: int = 0
    mode: Mode = Mode.WELFARE
    fairness: float = 0.0
    """From 0 to 1: how much those who fit worst count more."""
    summary: Summary = field(default_factory=Summary)
    unmatched: tuple[Unmatched, ...] | None = None
    """Kept beside it, where there may be many: None unless they were asked for."""
    people: int = 0
    """Places approved when it was asked for."""
    started_at: datetime | None = None
    """When a worker first took it."""
    heartbeat_at: datetime | None = None
    """When a worker last said that it is at it, or was done."""
    failure: str | None = None
    due_at: datetime | None = None
    traceparent: str | None = None
    """The trace of the request that asked for it."""
    published: int = 0
    skipped: tuple[Skipped, ...] = ()
    rerun_of: str | None = None
    """The run whose remainder this one matches."""

    @property
    def publishing(self) -> bool:
        """Whether it is on its way from review to mentorships."""
        return self.stage == PUBLISHING

    @property
    def elapsed_seconds(self) -> float | None:
        """From when a worker first took it to the last sign of life."""
        if self.started_at is None or self.heartbeat_at is None:
            return None
        return (self.heartbeat_at - self.started_at).total_seconds()

    @property
    def was_computed(self) -> bool:
        """Whether what it proposes is all there, and was ever to be seen."""
        return self.state in (_READY, MatchRunState.PUBLISHED) or (
            self.state is MatchRunState.DISCARDED and self.progress == 1.0
        )

    def moved(self, verb: str, now: datetime) -> "MatchRun":
        """After compute, cancel or discard. Raises IllegalTransition, BeingPublished."""
        reached = MATCH_RUN.after(self.state, verb)
        if self.publishing and reached is MatchRunState.DISCARDED:
            raise BeingPublished
        due_at = self.due_at if verb == "compute" else None
        return replace(self, state=reached, due_at=due_at, updated_at=now)

    def finished(self, summary: Summary, now: datetime) -> "MatchRun":
        """Ready for review. Raises IllegalTransition, as when it was cancelled meanwhile."""
        ready = self.moved("finish", now)
        return replace(ready, stage="", progress=1.0, summary=summary, heartbeat_at=now)

    def to_publish(self, due_at: datetime, traceparent: str | None, now: datetime) -> "MatchRun":
        """On its way to be published, by a worker from `due_at` on. Raises IllegalTransition."""
        MATCH_RUN.after(self.state, "publish")
        return replace(
            self,
            stage=PUBLISHING,
            due_at=due_at,
            traceparent=traceparent,
            failure=None,
            updated_at=now,
        )

    def not_published(self, failure: str, now: datetime) -> "MatchRun":
        """Under review again, with a sentence on why the rest of it was not published."""
        return replace(self, stage="", due_at=None, failure=failure, updated_at=now)

    def published_with(self, published: int, skipped: tuple[Skipped, ...], now: datetime) -> "MatchRun":
        """Over: its approved pairs were published, or could not be. Raises IllegalTransition."""
        over = replace(self, state=MATCH_RUN.after(self.state, "publish"), due_at=None, stage="")
        return replace(over, published=published, skipped=skipped, updated_at=now)

    def failed(self, failure: str, now: datetime) -> "MatchRun":
        """Given up, with a sentence for the coordinator. Raises IllegalTransition."""
        return replace(self.moved("fail", now), failure=failure)
