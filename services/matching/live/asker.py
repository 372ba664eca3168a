"""The member who asks, in the numbers that every segment is compared by."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from services.matching.domain.member import Member, Side
from services.matching.engine.availability import Interval, intervals
from services.matching.engine.features import primary
from services.matching.engine.lexicon import Lexicon, root
from services.matching.engine.words import plain
from services.matching.live.labels import Labels, given_by, number


@dataclass(frozen=True, slots=True)
class Asker:
    """A mentee. `skills` are the labels that mean each skill sought, with the level; `free` is None where unknown.

    `words` are those of the goals with what each weighs, `everyday` how long the vector of the everyday ones is.
    """

    skills: Sequence[tuple[tuple[int, ...], int]]
    words: Sequence[tuple[int, int]]
    languages: Sequence[tuple[int, int]]
    organization: int | None
    industry: int | None
    seniority: int
    free: Sequence[Interval] | None = None
    events: Collection[str] = ()
    met: Collection[str] = ()
    seen: bool = False
    """Whether anything is known of them from events."""
    everyday: int = 0


def asker_of(
    member: Member,
    labels: Labels,
    lexicon: Lexicon,
    monday: date,
    events: Collection[str],
    *,
    seen: bool,
    met: Collection[str] = (),
) -> Asker:
    """The member as one who seeks a mentor in the week of `monday`."""
    seeks = [(number(plain(each.label)), each.level or 1) for each in member.skills if each.side is Side.SEEKS]
    languages: dict[int, int] = {}
    for language in member.languages:
        code = number(primary(language.code))
        languages[code] = max(languages.get(code, 0), language.level)
    words = lexicon.vector(member.goals)
    return Asker(
        skills=labels.sought(seeks, given_by(member)),
        words=[(number(token), weight) for token, weight in words.items()],
        languages=list(languages.items()),
        organization=_name(member.organization),
        industry=_name(member.industry),
        seniority=-1 if member.seniority is None else member.seniority,
        free=intervals(member, monday),
        events=events,
        met=met,
        seen=seen,
        everyday=root(sum(weight**2 for token, weight in words.items() if lexicon.is_everyday(token))),
    )


def _name(text: str | None) -> int | None:
    return number(plain(text)) if text is not None and plain(text) else None
