"""What a member is found by, and by whom.

A term is kept once for each audience that may find the member by it, so that a search for what is hidden finds nobody
and no page has to be thinned out after it was read.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from services.profiles.domain.member import Member
from services.profiles.domain.visibility import DEFAULTS

STAFF, PARTICIPANTS, ALL = "staff", "participants", "all"

_AUDIENCES: Mapping[str, tuple[str, ...]] = {
    "nobody": (STAFF,),
    "participants": (STAFF, PARTICIPANTS),
    "all": (STAFF, ALL),
}
_SHORTEST, _LONGEST = 2, 12
"""Letters of a name's beginning by which it is found; what is typed beyond the longest is not compared."""

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Search:
    """What a member must be: all of it. `text` is words of the name, organization, job title, industry or skills."""

    text: str = ""
    skill: str | None = None
    """A taxonomy id or a label."""
    industry: str | None = None
    language: str | None = None
    role: str | None = None

    @property
    def terms(self) -> tuple[str, ...]:
        """What of it is looked up."""
        # A text without a word in it is not nothing: it finds nobody.
        found = _words(self.text) or ([f"word {self.text}"] if self.text.strip() else [])
        found += [
            f"{name} {_whole(text)}" for name in ("skill", "industry", "language") if (text := getattr(self, name))
        ]
        return (*found, *([f"role {self.role}"] if self.role else []))


def terms_of(member: Member) -> tuple[str, ...]:
    """Everything that the member is found by, with its audience before it. Who is suspended is found by staff alone."""
    found: dict[str, None] = {}
    for name, terms in _terms(member):
        shown = "nobody" if member.membership == "suspended" else member.visibility.get(name, DEFAULTS[name])
        for term in terms:
            for audience in _AUDIENCES[shown]:
                found[audienced(audience, term)] = None
    return tuple(found)


def audienced(audience: str, term: str) -> str:
    """The term as it is kept for that audience."""
    return f"{audience} {term}"


def words(text: str) -> list[str]:
    """The words of a text as they are compared: whatever their case and accents."""
    return _WORD.findall(_whole(text))


def _terms(member: Member) -> Iterator[tuple[str, Iterable[str]]]:
    """By the name of the field whose visibility decides."""
    yield "name", (f"word {start}" for start in _beginnings(words(f"{member.given_name} {member.family_name}")))
    yield "organization", _words(member.organization)
    yield "job_title", _words(member.job_title)
    yield "industry", [*_words(member.industry), *([f"industry {_whole(member.industry)}"] if member.industry else [])]
    yield "languages", (f"language {_whole(each.code)}" for each in member.languages)
    yield "roles", (f"role {role}" for role in member.roles)
    for skill in member.skills:
        yield (
            "skills",
            [
                *_words(skill.label),
                f"skill {_whole(skill.label)}",
                *([f"skill {_whole(skill.id)}"] if skill.id else []),
            ],
        )


def _words(text: str | None) -> list[str]:
    return [f"word {word[:_LONGEST]}" for word in words(text or "")]


def _beginnings(names: Iterable[str]) -> Iterator[str]:
    for name in names:
        yield name[:_LONGEST]
        for length in range(_SHORTEST, min(len(name), _LONGEST) + 1):
            yield name[:length]


def _whole(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(each for each in plain if not unicodedata.combining(each)).split())
