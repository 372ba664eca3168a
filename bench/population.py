"""A made-up association for the matching benchmarks: fields with skills of their own, twenty zones, tight seats."""

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime

from services.matching.domain.member import Day, Language, Member, Side, Skill, Window
from services.matching.engine.pool import Place, Pool, unordered

MONDAY = date(2026, 11, 2)
_NOW = datetime(2026, 11, 1, tzinfo=UTC)
_FIELDS = 40
_SKILLS_A_FIELD = 50
_OWN_FIELD = 0.8
"""So often a skill comes from the member's own field."""
_BLOCKS = 0.05
"""So many of the mentees block a mentor."""
_ZONES = (
    *("Pacific/Honolulu", "America/Los_Angeles", "America/Denver", "America/Chicago", "America/New_York"),
    *("America/Sao_Paulo", "Europe/London", "Europe/Rome", "Europe/Berlin", "Europe/Athens"),
    *("Africa/Lagos", "Africa/Nairobi", "Asia/Dubai", "Asia/Karachi", "Asia/Kolkata"),
    *("Asia/Bangkok", "Asia/Singapore", "Asia/Tokyo", "Australia/Sydney", "Pacific/Auckland"),
)
_TONGUES = ("en", "es", "fr", "de", "pt", "it", "hi", "zh", "ja", "ar")
_DAYS = tuple(Day)
_GOALS = ("grow into leading", "learn the practice of", "change over to", "become better at", "teach others")


@dataclass(frozen=True, slots=True)
class _Trade:
    """A field of work: what is sought in it, the common things often."""

    name: str
    skills: tuple[str, ...]
    often: tuple[float, ...]


def population(mentees: int, seed: int = 2026) -> Pool:
    """So many mentees and a third as many mentors, with 1 to 5 seats each, as many in all as there are mentees."""
    chance = random.Random(seed)
    often = tuple(1 / (rank + 1) for rank in range(_SKILLS_A_FIELD))  # as words are: Zipf's law
    trades = [
        _Trade(f"field {number}", tuple(f"skill {number}-{rank}" for rank in range(_SKILLS_A_FIELD)), often)
        for number in range(_FIELDS)
    ]
    mentors = [_member(chance, f"mentor-{number}", trades, Side.OFFERS) for number in range(max(1, mentees // 3))]
    learners = [_member(chance, f"mentee-{number}", trades, Side.SEEKS) for number in range(mentees)]
    seats = [chance.randint(1, 5) for _ in mentors]
    blocked = {unordered(chance.choice(mentors).id, learner.id) for learner in learners if chance.random() < _BLOCKS}
    return Pool(
        tuple(Place(mentor, free) for mentor, free in zip(mentors, seats, strict=True)),
        tuple(Place(learner, 1) for learner in learners),
        MONDAY,
        blocked=frozenset(blocked),
    )


def _member(chance: random.Random, identifier: str, trades: list[_Trade], side: Side) -> Member:
    own = chance.choice(trades)
    labels = {_skill(chance, own if chance.random() < _OWN_FIELD else chance.choice(trades)) for _ in range(5)}
    mentor = side is Side.OFFERS
    return Member(
        id=identifier,
        tenant="bench",
        version=1,
        updated_at=_NOW,
        organization=f"organization {chance.randrange(2_000)}",
        industry=own.name,
        seniority=chance.randint(2, 4) if mentor else chance.randint(0, 2),
        time_zone=chance.choice(_ZONES),
        languages=_languages(chance),
        skills=tuple(Skill(label, side, chance.randint(1, 5)) for label in sorted(labels)),
        goals=(f"{chance.choice(_GOALS)} {_skill(chance, own)}",) if chance.random() < 0.7 else (),
        availability=_windows(chance) if chance.random() < 0.8 else (),
    )


def _skill(chance: random.Random, trade: _Trade) -> str:
    return chance.choices(trade.skills, trade.often)[0]


def _languages(chance: random.Random) -> tuple[Language, ...]:
    english = Language("en", chance.randint(2, 5))
    return (
        (english,) if chance.random() < 0.5 else (english, Language(chance.choice(_TONGUES[1:]), chance.randint(3, 5)))
    )


def _windows(chance: random.Random) -> tuple[Window, ...]:
    days = sorted(chance.sample(range(7), chance.randint(1, 3)))
    hours = [chance.randint(7, 20) for _ in days]
    return tuple(
        Window(_DAYS[day], f"{hour:02}:{chance.choice(('00', '30'))}", f"{hour + chance.randint(1, 3):02}:30")
        for day, hour in zip(days, hours, strict=True)
    )
