"""Which of a registration system's questions say what about mentoring, and what their answers come to."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

LONGEST_LINE = 200
LONGEST_GOAL = 1000
LONGEST_ANSWER = 4000
_LONGEST_LABEL = 120
_MOST_SKILLS = 100
_NOT_IN_A_LINE = re.compile(r"[\s\x00-\x1f\x7f-\x9f]+")


def _default_roles() -> Mapping[str, Sequence[str]]:
    return {"As a mentor": ("mentor",), "As a mentee": ("mentee",)}


@dataclass(frozen=True, slots=True)
class Questions:
    """Questions by their identifier at the source; an identifier that the source lacks is no fault."""

    mentoring: str = "MENTOR"
    roles: Mapping[str, Sequence[str]] = field(default_factory=_default_roles)
    """The roles that an answer to `mentoring` opts into, by the option's text (in any case) or identifier.

    An option that is not named here opts into nothing. A question with several choices opts into all of theirs.
    """
    goals: str = "GOALS"
    skills: str = "SKILLS"
    skills_side: str = "offers"
    """`offers` or `seeks`: which of the two the skills question asks for."""

    def said(self, answers: Mapping[str, str], options: Iterable[str] = ()) -> dict[str, object]:
        """`mentoring`, `goals`, `skills` and `answers` of a record, those that are not empty.

        `options` are identifiers of what was chosen for `mentoring`, where the source has such.
        """
        texts = {name: text.strip()[:LONGEST_ANSWER] for name, text in answers.items()}
        goal = texts.get(self.goals, "")[:LONGEST_GOAL]
        found: dict[str, object] = {
            "mentoring": self._roles(texts.get(self.mentoring, ""), options),
            "goals": [goal] if goal else [],
            "skills": self._skills(texts.get(self.skills, "")),
            "answers": {name: text for name, text in texts.items() if text},
        }
        return {name: value for name, value in found.items() if value}

    def _roles(self, answer: str, options: Iterable[str]) -> list[str]:
        # Several choices come as one text, joined by a comma; a single option's text may hold a comma itself.
        chosen = {answer, *answer.split(","), *options}
        known = {option.strip().casefold(): opted for option, opted in self.roles.items()}
        opted_into = {role for option in chosen for role in known.get(option.strip().casefold(), ())}
        return [role for role in ("mentor", "mentee") if role in opted_into]

    def _skills(self, answer: str) -> list[dict[str, str]]:
        once: dict[str, str] = {}
        for part in re.split("[;,\n]", answer):
            if label := line(part)[:_LONGEST_LABEL].strip():
                once.setdefault(label.casefold(), label)
        return [{"label": label, "side": self.skills_side} for label in once.values()][:_MOST_SKILLS]


def line(text: str | None) -> str:
    """The text on one line, as the contract has it."""
    return _NOT_IN_A_LINE.sub(" ", text or "").strip()[:LONGEST_LINE]
