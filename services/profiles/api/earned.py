"""What a member earned in mentoring, as HTTP shows it."""

from collections.abc import Collection
from typing import Any

from flask import current_app

from services.profiles.api.context import LINKS, store
from services.profiles.domain.earned import progress_of, recognition_of
from shared.contracts.fields import Id, Line, Many, One, Record, Timestamp, Whole


class ProgressSchema(Record):
    """Milestones that the member completed as a mentee, in one skill of the taxonomy."""

    skill_id = Line("The skill.", 200, required=True)
    label = Line("What it is called; absent where no list of skills has it any more.", 200)
    count = Whole("How many milestones.", 1, 1_000_000, required=True)
    last_at = Timestamp("When the last was reached.", required=True)
    level = Whole("The level, 1-5, that the member last gave themselves.", 1, 5)


class ThanksSchema(Record):
    """Thanks that both agreed to show. What they say stays with the two."""

    id = Id("The appreciation.", required=True)
    from_id = Id("Who thanks.", required=True)
    at = Timestamp("When both had agreed.", required=True)
    link = Line("Where the association's portal shows it; null without a portal.", 2000)


class RecognitionSchema(Record):
    """What others thanked the member for."""

    count = Whole("Thanks that are shown.", 0, 1_000_000, required=True)
    thanks = Many("The latest 20 of them, the newest first.", One("", ThanksSchema, required=True), 20, required=True)
    received = Whole("All thanks; to the member alone.", 0, 1_000_000)
    feedback = Whole("How often feedback was revealed to the member; to the member alone.", 0, 1_000_000)


def earned(tenant: str, member_id: str, fields: Collection[str], *, own: bool) -> dict[str, Any]:
    """`progress` and `recognition`, those of them that `fields` names; `own`: for the member's own eyes."""
    if not fields:
        return {}
    earnings = store().earnings.of_member(tenant, store().merged.lookup.known_as(tenant, member_id))
    shown: dict[str, Any] = {}
    if "progress" in fields:
        shown["progress"] = [
            {
                "skill_id": each.skill_id,
                "label": _label(each.skill_id),
                "count": each.count,
                "last_at": each.last_at,
                "level": each.level,
            }
            for each in progress_of(earnings)
        ]
    if "recognition" in fields:
        recognition = recognition_of(earnings)
        private = {"received": recognition.received, "feedback": recognition.feedback} if own else {}
        shown["recognition"] = {
            "count": recognition.count,
            "thanks": [
                {"id": each.id, "from_id": each.from_id, "at": each.at, "link": _link(each.id)}
                for each in recognition.thanks
            ],
            **private,
        }
    return shown


def _label(skill_id: str) -> str | None:
    concept = store().skills.taxonomy().concept(skill_id)
    return None if concept is None else concept.label


def _link(appreciation_id: str) -> str | None:
    template: str | None = current_app.extensions[LINKS]
    return template and template.replace("{kind}", "appreciation").replace("{id}", appreciation_id)
