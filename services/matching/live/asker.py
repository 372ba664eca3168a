"""The member who asks, in the numbers that every segment is compared by."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from services.matching.domain.member import Member, Side
from services.matching.engine.availability import Interval, intervals
from services.matching.engine.features import primary
from services.matching.engine.words import plain, tokens
from services.matching.live.labels import Labels, given_by, number


@dataclass(frozen=True, slots=True)
class Asker:
    """A mentee. `skills` are the labels that mean each skill sought, with the level; `free` is None where unknown."""

    skills: Sequence[tuple[tuple[int, ...], int]]
    words: Sequence[int]
    languages: Sequence[tuple[int, int]]
    organization: int | None
    industry: int | None
    seniority: int
    free: Sequence[Interval] | None = None
    events: Collection[str] = ()
    seen: bool = False
    """Whether anything is known of them from events."""


def asker_of(member: Member, labels: Labels, monday: date, events: Collection[str], *, seen: bool) -> Asker:
    """The member as one who seeks a mentor in the week of `monday`."""
    seeks = [(number(plain(each.label)), each.level or 1) for each in member.skills if each.side is Side.SEEKS]
    languages: dict[int, int] = {}
    for language in member.languages:
        code = number(primary(language.code))
        languages[code] = max(languages.get(code, 0), language.level)
    return Asker(
        skills=labels.sought(seeks, given_by(member)),
        words=[number(token) for token in tokens(member.goals)],
        languages=list(languages.items()),
        organization=_name(member.organization),
        industry=_name(member.industry),
        seniority=-1 if member.seniority is None else member.seniority,
        free=intervals(member, monday),
        events=events,
        seen=seen,
    )


def _name(text: str | None) -> int | None:
    return number(plain(text)) if text is not None and plain(text) else None
