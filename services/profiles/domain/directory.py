"""What a member is found by, and by whom.

A term is kept once for each audience that may find the member by it, so that a search for what is hidden finds nobody
and no page has to be thinned out after it was read.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from services.profiles.domain.member import Member
from services.profiles.domain.text import LONGEST, beginnings, whole, words
from services.profiles.domain.visibility import DEFAULTS

STAFF, PARTICIPANTS, ALL = "staff", "participants", "all"

_AUDIENCES: Mapping[str, tuple[str, ...]] = {
    "nobody": (STAFF,),
    "participants": (STAFF, PARTICIPANTS),
    "all": (STAFF, ALL),
}


@dataclass(frozen=True, slots=True)
class Search:
    """What a member must be: all of it. `text` is words of the name, organization, job title, grade, section, industry
    or skills."""

    text: str = ""
    skill: str | None = None
    """A taxonomy id or a label."""
    industry: str | None = None
    language: str | None = None
    role: str | None = None
    group: str | None = None
    """The id of a chapter or interest group."""

    @property
    def terms(self) -> tuple[str, ...]:
        """What of it is looked up."""
        # A text without a word in it is not nothing: it finds nobody.
        found = _words(self.text) or ([f"word {self.text}"] if self.text.strip() else [])
        found += [
            f"{name} {whole(text)}" for name in ("skill", "industry", "language") if (text := getattr(self, name))
        ]
        found += [f"{name} {word}" for name in ("role", "group") if (word := getattr(self, name))]
        return tuple(found)


def terms_of(member: Member) -> tuple[str, ...]:
    """Everything that the member is found by, with its audience before it. Who is suspended is found by staff alone."""
    found: dict[str, None] = {}
    for name, terms in _terms(member):
        shown = "nobody" if member.membership == "suspended" else member.visibility.get(name, DEFAULTS[name])
        for term in terms:
            for audience in _AUDIENCES[shown]:
                found[audienced(audience, term)] = None
    return tuple(found)


def group_term(group_id: str) -> str:
    """What the members of a group are found by."""
    return f"group {group_id}"


def audienced(audience: str, term: str) -> str:
    """The term as it is kept for that audience."""
    return f"{audience} {term}"


def _terms(member: Member) -> Iterator[tuple[str, Iterable[str]]]:
    """By the name of the field whose visibility decides."""
    yield "name", (f"word {start}" for start in beginnings(words(f"{member.given_name} {member.family_name}")))
    yield "organization", _words(member.organization)
    yield "job_title", _words(member.job_title)
    yield "grade", _words(member.grade)
    yield "section", _words(member.section)
    yield "industry", [*_words(member.industry), *([f"industry {whole(member.industry)}"] if member.industry else [])]
    yield "languages", (f"language {whole(each.code)}" for each in member.languages)
    yield "roles", (f"role {role}" for role in member.roles)
    yield "groups", (group_term(each) for each in member.groups)
    for skill in member.skills:
        yield (
            "skills",
            [
                *_words(skill.label),
                f"skill {whole(skill.label)}",
                *([f"skill {whole(skill.id)}"] if skill.id else []),
            ],
        )


def _words(text: str | None) -> list[str]:
    return [f"word {word[:LONGEST]}" for word in words(text or "")]
