"""The skill taxonomy over HTTP: what a field suggests while somebody types into it."""

from typing import Any

from marshmallow import Schema, fields, validate

from services.profiles.api.context import store
from services.profiles.domain.concept import LONGEST_LABEL
from services.profiles.domain.taxonomy import Found, Taxonomy
from shared.web import Blueprint, Page, requested, roles

blueprint = Blueprint("skills", __name__, url_prefix="/v1/skills", description="The skill taxonomy.")


class BroaderSkillSchema(Schema):
    """The wider concept that a skill belongs to."""

    id = fields.String(required=True)
    label = fields.String(required=True)


class SkillSchema(Schema):
    """A skill, to be taken into a profile by its id and label."""

    id = fields.String(required=True, metadata={"description": "Of the concept, as `ithaca:project-management`."})
    label = fields.String(required=True)
    broader = fields.Nested(BroaderSkillSchema)
    matched = fields.String(metadata={"description": "The other word for it that answers to `q`; absent: the label."})


class TypedSchema(Schema):
    q = fields.String(
        validate=validate.Length(max=LONGEST_LABEL),
        metadata={"description": "What was typed so far, in any language of the labels; absent: all, by label."},
    )


@blueprint.get("")
@roles("member", "coordinator", "organizer", "integrator")
@blueprint.arguments(TypedSchema, location="query")
@blueprint.page(SkillSchema)
def index(search: dict[str, Any]) -> Page[dict[str, Any]]:
    """Suggests skills for what was typed, the best first.

    Words may be in any order, unfinished or slightly mistyped; case and accents do not matter. Each skill comes once,
    whichever of its words were meant.
    """
    wanted = requested(int, str, str)
    taxonomy = store().skills.taxonomy()
    found = taxonomy.search(search.get("q", ""), limit=wanted.fetch, after=wanted.after)
    page = wanted.page(found, key=lambda each: each.at)
    return Page([_shown(taxonomy, each) for each in page.items], page.next)


def _shown(taxonomy: Taxonomy, found: Found) -> dict[str, Any]:
    broader = taxonomy.broader(found.concept)
    return {
        "id": found.concept.id,
        "label": found.concept.label,
        **({} if broader is None else {"broader": {"id": broader.id, "label": broader.label}}),
        **({} if found.matched is None else {"matched": found.matched}),
    }
