"""Builders of people, pools and domain objects for matching's unit tests."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from services.matching.domain.member import Language, Member, Side, Skill
from services.matching.domain.mentor_load import MentorLoad
from services.matching.domain.mentorship import Mentorship
from services.matching.domain.program import Format, Kind, Program
from services.matching.domain.request import Request
from services.matching.engine.pool import Place, Pool

NOW = datetime(2026, 1, 7, 12, tzinfo=UTC)
MONDAY = date(2026, 1, 5)


def everything_visible(_member: Member, _field: str) -> bool:
    return True


def nothing_visible(_member: Member, _field: str) -> bool:
    return False


def person(identifier: str, **fields: Any) -> Member:
    return Member(id=identifier, tenant="acme", version=1, updated_at=NOW, **fields)


def speaker(identifier: str, level: int = 5, **fields: Any) -> Member:
    """Someone whose only scored part is the language: the level is the score."""
    return person(identifier, languages=(Language("en", level),), **fields)


def offers(*labels: str, level: int | None = None) -> tuple[Skill, ...]:
    return tuple(Skill(label, Side.OFFERS, level) for label in labels)


def seeks(*labels: str, level: int | None = None) -> tuple[Skill, ...]:
    return tuple(Skill(label, Side.SEEKS, level) for label in labels)


def places(members: Sequence[Member], capacity: int = 1) -> tuple[Place, ...]:
    return tuple(Place(member, capacity) for member in members)


def pool(mentors: Sequence[Member], mentees: Sequence[Member], *, capacity: int = 1, **facts: Any) -> Pool:
    return Pool(places(mentors, capacity), places(mentees), MONDAY, **facts)


def program(**fields: Any) -> Program:
    given: dict[str, Any] = {"name": "Spring", "kind": Kind.COHORT, "format": Format.ONE_TO_ONE, **fields}
    return Program(id="p1", tenant="acme", version=1, updated_at=NOW, **given)


def load(**fields: Any) -> MentorLoad:
    return MentorLoad("l1", "acme", 1, NOW, "p1", "mentor", "e1", **fields)


def request(**fields: Any) -> Request:
    return Request("r1", "acme", 1, NOW, "p1", "mentee", "mentor", "Hello", "list", **fields)


def mentorship(**fields: Any) -> Mentorship:
    return Mentorship("s1", "acme", 1, NOW, "p1", "mentor", "mentee", NOW, **fields)
