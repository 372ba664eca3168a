"""Skills in words are given the concept that they name."""

import dataclasses
from collections.abc import Sequence

from services.profiles.domain.member import Skill
from services.profiles.store import Store


def name_skills(store: Store, skills: Sequence[Skill]) -> tuple[Skill, ...]:
    """The skills, each without an id with that of the concept whose label or synonym its label is.

    The label stays as it was typed, and so does an id that came with it, known here or not.
    """
    if all(skill.id is not None for skill in skills):
        return tuple(skills)
    taxonomy = store.skills.taxonomy()

    def named(skill: Skill) -> Skill:
        concept = taxonomy.named(skill.label) if skill.id is None else None
        return skill if concept is None else dataclasses.replace(skill, id=concept.id)

    return tuple(named(skill) for skill in skills)
