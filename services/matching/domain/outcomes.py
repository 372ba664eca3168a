"""What the pairs of a program came to, in numbers of which none is of fewer than five."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from services.matching.domain.goal import GoalState
from services.matching.domain.rating import FEWEST, Outcome
from services.matching.domain.response import Band

T = TypeVar("T", int, float)


@dataclass(frozen=True, slots=True)
class Reason:
    """Pairs that ended early for one reason; None: for reasons too rare to be told, together."""

    reason: str | None
    pairs: int


@dataclass(frozen=True, slots=True)
class Answering:
    """Mentors by how soon they answer; None: those with too few answers, or in bands too rare to be told, together."""

    band: str | None
    mentors: int


@dataclass(frozen=True, slots=True)
class Goals:
    """All goals that `pairs` have had, by where they stand, and what their mentees say of themselves."""

    pairs: int
    by_state: Mapping[GoalState, int]
    rated: Outcome


@dataclass(frozen=True, slots=True)
class Counted:
    """What the database counts of a program's pairs.

    `over` came to an end of either kind, `ended` holds those that ended early by reason. `agreed` is how many sessions
    the `signed` pairs would have had by now at the pace they agreed on, `held` how many all had. `due` are the pairs
    whose first session came, or whose time for it is over; `first_sessions` counts those that met by the hours it took.
    """

    completed: int = 0
    over: int = 0
    ended: Mapping[str, int] | None = None
    signed: int = 0
    agreed: int = 0
    held: int = 0
    due: int = 0
    first_sessions: Mapping[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Outcomes:
    """None is what there are too few for. Shares are from 0 to 1; of sessions it is more where pairs are eager."""

    completed: int | None
    completed_share: float | None
    """Of all that are over."""
    dropped_out: tuple[Reason, ...]
    sessions_held: int | None
    sessions_agreed: int | None
    sessions_share: float | None
    first_session_median_days: float | None
    """Of those that met."""
    first_session_in_time_share: float | None
    """Of those that met, or whose time for it is over."""
    goals_achieved: int | None
    goals_dropped: int | None
    goals_open: int | None
    goals_achieved_share: float | None
    """Of all goals, the open ones among them."""
    rated_pairs: int | None
    rating_before: float | None
    rating_end: float | None
    """Means from 1 to 5, of whatever a mentee rated at both times."""


def outcomes(counted: Counted, goals: Goals, hours_in_time: int) -> Outcomes:
    """The numbers that may be told; a first session is in time up to so many hours after the start."""
    first = counted.first_sessions or {}
    met, achieved = sum(first.values()), goals.by_state.get(GoalState.ACHIEVED, 0)
    in_time = sum(pairs for hours, pairs in first.items() if hours <= hours_in_time)
    return Outcomes(
        completed=_of(counted.over, counted.completed),
        completed_share=_share(counted.completed, counted.over),
        dropped_out=reasons(counted.ended or {}),
        sessions_held=_of(counted.signed, counted.held),
        sessions_agreed=_of(counted.signed, counted.agreed),
        sessions_share=_of(counted.signed, _ratio(counted.held, counted.agreed)),
        first_session_median_days=_of(met, round(_median(first) / 24, 1) if first else None),
        first_session_in_time_share=_share(in_time, counted.due),
        goals_achieved=_of(goals.pairs, achieved),
        goals_dropped=_of(goals.pairs, goals.by_state.get(GoalState.DROPPED, 0)),
        goals_open=_of(goals.pairs, goals.by_state.get(GoalState.OPEN, 0)),
        goals_achieved_share=_of(goals.pairs, _ratio(achieved, sum(goals.by_state.values()))),
        rated_pairs=_of(goals.rated.mentorships, goals.rated.mentorships),
        rating_before=_of(goals.rated.mentorships, _rounded(goals.rated.before)),
        rating_end=_of(goals.rated.mentorships, _rounded(goals.rated.after)),
    )


def reasons(ended: Mapping[str, int]) -> tuple[Reason, ...]:
    """By reason, the rare ones together."""
    return tuple(Reason(reason, pairs) for reason, pairs in _rare_together(ended.items()))


def answering(mentors: Mapping[Band | None, int]) -> tuple[Answering, ...]:
    """By band, the rare ones together with those of none."""
    return tuple(Answering(band, count) for band, count in _rare_together(mentors.items()))


def _rare_together(counted: Iterable[tuple[str | None, int]]) -> tuple[tuple[str | None, int], ...]:
    """The most first; those of fewer than FEWEST together, with what has no name, behind them.

    Where even these would be so few they take the smallest of the others to themselves, so that nobody is known by
    subtraction; where all are so few there is no row.
    """
    all_of = list(counted)
    named = [(name, count) for name, count in all_of if name is not None and count >= FEWEST]
    told = sorted(named, key=lambda each: (-each[1], each[0]))
    rest = sum(count for _, count in all_of) - sum(count for _, count in told)
    while 0 < rest < FEWEST and told:
        rest += told.pop()[1]
    return (*told, (None, rest)) if rest >= FEWEST else tuple(told)


def _of(people: int, number: T | None) -> T | None:
    return number if people >= FEWEST else None


def _share(part: int, whole: int) -> float | None:
    return _of(whole, _ratio(part, whole))


def _ratio(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def _rounded(number: float | None) -> float | None:
    return None if number is None else round(number, 2)


def _median(counted: Mapping[int, int]) -> float:
    """Of values that are counted, with the lower and the upper middle one in equal parts."""
    total, seen, middle = sum(counted.values()), 0, []
    for value, count in sorted(counted.items()):
        middle += [value for place in ((total - 1) // 2, total // 2) if seen <= place < seen + count]
        seen += count
    return sum(middle) / len(middle)
