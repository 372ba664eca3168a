"""The member who asks, in the numbers that every segment is compared by."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from services.matching.domain.member import Member, Side
from services.matching.engine.availability import Interval, intervals
from services.matching.engine.features import goal_texts, primary, topics
from services.matching.engine.lexicon import Lexicon, root
from services.matching.engine.words import plain
from services.matching.live.labels import Labels, given_by, number


@dataclass(frozen=True, slots=True)
class Asker:
    """A member in the one role or the other; `free` is None where unknown.

    `skills` are, of a mentee, the labels that mean each skill sought, of a mentor the key of each skill offered, with
    the level. `words` are those of the goals, of a mentor of the skills offered, too, with what each weighs; `everyday`
    is how long the vector of the everyday ones is.
    """

    skills: Sequence[tuple[tuple[int, ...], int]]
    words: Sequence[tuple[int, int]]
    languages: Sequence[tuple[int, int]]
    organization: int | None
    industry: int | None
    seniority: int
    free: Sequence[Interval] | None = None
    events: Collection[str] = ()
    met: frozenset[str] = frozenset()
    """Whom they have met at one."""
    seen: bool = False
    """Whether anything is known of them from events."""
    everyday: int = 0


def asker_of(
    member: Member, labels: Labels, lexicon: Lexicon, monday: date, events: Collection[str], *, seen: bool
) -> Asker:
    """The member as one who seeks a mentor in the week of `monday`."""
    seeks = [(number(plain(each.label)), each.level or 1) for each in member.skills if each.side is Side.SEEKS]
    skills = labels.sought(seeks, given_by(member))
    return _asker(member, skills, goal_texts(member), lexicon, monday, events, seen=seen)


def mentor_who_asks(
    member: Member, skills: Mapping[int, int], lexicon: Lexicon, monday: date, events: Collection[str], *, seen: bool
) -> Asker:
    """The member as one who could help mentees by these `skills` (`Labels.offered`) in the week of `monday`."""
    keyed = [((key,), level) for key, level in skills.items()]
    return _asker(member, keyed, topics(member), lexicon, monday, events, seen=seen)


def _asker(
    member: Member,
    skills: Sequence[tuple[tuple[int, ...], int]],
    texts: Sequence[str],
    lexicon: Lexicon,
    monday: date,
    events: Collection[str],
    *,
    seen: bool,
) -> Asker:
    languages: dict[int, int] = {}
    for language in member.languages:
        code = number(primary(language.code))
        languages[code] = max(languages.get(code, 0), language.level)
    words = lexicon.asked(texts)
    return Asker(
        skills=skills,
        words=[(number(token), weight) for token, weight in words.items()],
        languages=list(languages.items()),
        organization=_name(member.organization),
        industry=_name(member.industry),
        seniority=-1 if member.seniority is None else member.seniority,
        free=intervals(member, monday),
        events=events,
        seen=seen,
        everyday=root(sum(weight**2 for token, weight in words.items() if lexicon.is_everyday(token))),
    )


def _name(text: str | None) -> int | None:
    return number(plain(text)) if text is not None and plain(text) else None
