"""A match run over a program's approved people: computed by a worker, reviewed, published."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from services.matching.domain.parts import Weights
from services.matching.domain.transitions import Machine


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
        # A worker that died in the middle leaves `computing` behind; the next one starts over.
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

    `worst_decile` is the mean score of the tenth of the pairs that fit worst.
    """

    matched: int = 0
    unmatched: int = 0
    total_score: float = 0.0
    worst_decile: float = 0.0


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

    `due_at` is set while a worker has to compute it. `published` pairs became mentorships.
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
    unmatched: tuple[Unmatched, ...] = ()
    failure: str | None = None
    due_at: datetime | None = None
    traceparent: str | None = None
    """The trace of the request that asked for it."""
    published: int = 0
    skipped: tuple[Skipped, ...] = ()
    rerun_of: str | None = None
    """The run whose remainder this one matches."""

    def moved(self, verb: str, now: datetime) -> "MatchRun":
        """After compute, cancel or discard. Raises IllegalTransition."""
        due_at = self.due_at if verb == "compute" else None
        return replace(self, state=MATCH_RUN.after(self.state, verb), due_at=due_at, updated_at=now)

    def finished(self, summary: Summary, unmatched: tuple[Unmatched, ...], now: datetime) -> "MatchRun":
        """Ready for review. Raises IllegalTransition, as when it was cancelled meanwhile."""
        return replace(self.moved("finish", now), stage="", progress=1.0, summary=summary, unmatched=unmatched)

    def published_with(self, published: int, skipped: tuple[Skipped, ...], now: datetime) -> "MatchRun":
        """Over: its approved pairs were published, or could not be. Raises IllegalTransition."""
        return replace(self.moved("publish", now), published=published, skipped=skipped)

    def failed(self, failure: str, now: datetime) -> "MatchRun":
        """Given up, with a sentence for the coordinator. Raises IllegalTransition."""
        return replace(self.moved("fail", now), failure=failure)
