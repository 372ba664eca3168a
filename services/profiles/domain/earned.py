"""What members earn in mentoring: progress in skills by milestones, and recognition by thanks and feedback."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

MOST_THANKS = 20


class Kind(StrEnum):
    """What was earned by."""

    MILESTONE = "milestone"
    THANKS = "thanks"
    FEEDBACK = "feedback"


@dataclass(frozen=True, slots=True)
class Earning:
    """One thing that a member earned, as the newest message of it says; `version` is its mentorship's.

    `counts` is false for a milestone that is not completed any more, `public` true for thanks that both agreed to show.
    """

    kind: Kind
    thing_id: str
    member_id: str
    version: int
    at: datetime
    counts: bool = True
    public: bool = False
    skill_id: str | None = None
    level: int | None = None
    from_id: str | None = None


@dataclass(frozen=True, slots=True)
class SkillProgress:
    """Milestones completed in one skill; `level` is the latest that the member gave themselves."""

    skill_id: str
    count: int
    last_at: datetime
    level: int | None = None


@dataclass(frozen=True, slots=True)
class Thanks:
    """One that is shown."""

    id: str
    from_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Recognition:
    """`count` is of the thanks that both agreed to show, `thanks` the latest of them.

    `received` counts all thanks, and `feedback` how often a partner's feedback was revealed: for the member alone, as
    they say what goes on between a pair.
    """

    count: int
    thanks: Sequence[Thanks]
    received: int
    feedback: int


def progress_of(earnings: Iterable[Earning]) -> Sequence[SkillProgress]:
    """By skill, the latest first."""
    of_skill: dict[str, list[Earning]] = {}
    for each in earnings:
        if each.kind is Kind.MILESTONE and each.counts and each.skill_id is not None:
            of_skill.setdefault(each.skill_id, []).append(each)
    found = [_in_skill(skill_id, completed) for skill_id, completed in of_skill.items()]
    return sorted(found, key=lambda each: (each.last_at, each.skill_id), reverse=True)


def _in_skill(skill_id: str, completed: Sequence[Earning]) -> SkillProgress:
    ordered = sorted(completed, key=lambda each: (each.at, each.version, each.thing_id))
    levels = [each.level for each in ordered if each.level is not None]
    return SkillProgress(skill_id, len(ordered), ordered[-1].at, levels[-1] if levels else None)


def recognition_of(earnings: Sequence[Earning]) -> Recognition:
    """Of all that the member earned."""
    thanks = [each for each in earnings if each.kind is Kind.THANKS]
    public = sorted((each for each in thanks if each.public), key=lambda each: (each.at, each.thing_id), reverse=True)
    return Recognition(
        count=len(public),
        thanks=[Thanks(each.thing_id, each.from_id or "", each.at) for each in public[:MOST_THANKS]],
        received=len(thanks),
        feedback=sum(each.kind is Kind.FEEDBACK for each in earnings),
    )
