"""Two match runs of one program side by side: what the other one would change, for all together and for each person."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from services.matching.domain.enrollment import Role
from services.matching.domain.match_run import MatchRun, Summary


class Change(StrEnum):
    """What the other run is to a person who has a partner in one of the two."""

    GAINS = "gains"
    LOSES = "loses"
    SAME = "same"


@dataclass(frozen=True, slots=True)
class Standing:
    """One person in both runs. Scores are sums over the person's pairs, None where there is no pair."""

    member_id: str
    role: Role
    before: float | None
    after: float | None
    pairs_before: int
    pairs_after: int
    change: Change
    difference: float
    """Of the two scores, one that is not there counting as 0."""


@dataclass(frozen=True, slots=True)
class Tally:
    """People by what the other run is to them; those newly matched are among who gains, those newly alone who loses."""

    gains: int = 0
    loses: int = 0
    same: int = 0
    newly_matched: int = 0
    newly_alone: int = 0


@dataclass(frozen=True, slots=True)
class Difference:
    """The other run's numbers less the first one's."""

    matched: int
    unmatched: int
    total_score: float
    worst_decile: float


def difference(base: Summary, other: Summary) -> Difference:
    """What changes for all together; scores are whole basis points, and so are their differences."""
    return Difference(
        matched=other.matched - base.matched,
        unmatched=other.unmatched - base.unmatched,
        total_score=round(other.total_score - base.total_score, 4),
        worst_decile=round(other.worst_decile - base.worst_decile, 4),
    )


@dataclass(frozen=True, slots=True)
class Comparison:
    """Both runs, and what the other one changes."""

    run: MatchRun
    other: MatchRun
    difference: Difference
    people: Tally


def tally(counted: Mapping[tuple[Change, bool], int]) -> Tally:
    """The tally of people counted by change and whether they have a partner in one of the two runs only."""
    total = {change: sum(counted.get((change, new), 0) for new in (False, True)) for change in Change}
    return Tally(
        gains=total[Change.GAINS],
        loses=total[Change.LOSES],
        same=total[Change.SAME],
        newly_matched=counted.get((Change.GAINS, True), 0),
        newly_alone=counted.get((Change.LOSES, True), 0),
    )
