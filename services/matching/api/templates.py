"""Templates of plans: what a program gives its pairs to go by."""

from collections.abc import Sequence
from typing import Any

from services.matching.api.context import store
from services.matching.commands.write_template import create_template, revise_template, spread_template
from services.matching.domain.mentorship import Mentorship
from services.matching.domain.template import (
    LONGEST_DETAILS,
    LONGEST_TITLE,
    MOST_DAYS,
    MOST_ITEMS,
    ItemKind,
    Owner,
    Template,
    TemplateItem,
)
from shared.contracts.fields import Choice, Flag, Id, Line, Many, One, Record, Text, Whole
from shared.contracts.vocabulary import MENTORSHIP_STATES
from shared.ids import new_id
from shared.web import Blueprint, Page, etag, principal, requested, require_match, roles, transaction

blueprint = Blueprint("templates", __name__, url_prefix="/v1/templates", description="What plans of pairs come from.")

ITEM_KINDS = tuple(kind.value for kind in ItemKind)
OWNERS = tuple(owner.value for owner in Owner)
_MANY = 10_000_000


class TemplateItemSchema(Record):
    id = Id("The item: with it a change is of this one, without it the item is a new one.")
    kind = Choice("What it asks for; a milestone becomes one of the pair's.", ITEM_KINDS, required=True)
    owner = Choice("Whose it is; an item for both is two, but for a milestone.", OWNERS, required=True)
    offset_days = Whole("So many days after the two are paired.", 0, MOST_DAYS, required=True)
    title = Line("What is to be done.", LONGEST_TITLE, shortest=1, required=True)
    details = Text("How, or why.", LONGEST_DETAILS)


class NewTemplateSchema(Record):
    name = Line("What it is called.", 200, shortest=1, required=True)
    items = Many("What there is to do.", One("An item.", TemplateItemSchema), MOST_ITEMS, required=True)


class TemplateSchema(NewTemplateSchema):
    id = Id("The template.", required=True)
    revision = Whole("Rises with each change of the items.", 1, _MANY, required=True)
    updating = Flag("Whether live plans are being brought up to it.", required=True)
    live_plans = Whole("Plans of live mentorships that came from it.", 0, _MANY, required=True)
    plans_behind = Whole("Those of them that are as an earlier revision had them.", 0, _MANY, required=True)


class WhichPlansSchema(Record):
    standing = Choice("`behind`: those that are as an earlier revision had them.", ("behind",))


class PlanOfSchema(Record):
    mentorship_id = Id("Whose plan it is.", required=True)
    program_id = Id("Its program.", required=True)
    state = Choice("Where the mentorship stands.", MENTORSHIP_STATES, required=True)
    revision = Whole("The revision that the plan is of.", 1, _MANY, required=True)
    behind = Flag("Whether there is a newer one.", required=True)


@blueprint.post("")
@roles("coordinator")
@blueprint.arguments(NewTemplateSchema)
@blueprint.response(201, TemplateSchema)
def create(body: dict[str, Any]) -> Any:
    """Writes a template; programs name it in their settings."""
    template = create_template(transaction(), store(), body["name"], _items(body["items"]))
    return _shown(template), 201, {"Location": f"/v1/templates/{template.id}"}


@blueprint.get("")
@roles("coordinator")
@blueprint.page(TemplateSchema)
def index() -> Page[dict[str, Any]]:
    """Lists templates."""
    wanted = requested()
    found = store().templates.page(principal().tenant, {}, limit=wanted.fetch, after=wanted.after_id)
    page = wanted.page(found, key=lambda template: template.id)
    return Page([_with_plans(template) for template in page.items], page.next)


@blueprint.get("/<id:template_id>")
@roles("coordinator")
@blueprint.response(200, TemplateSchema)
def read(template_id: str) -> dict[str, Any]:
    """Shows a template, and how many live plans a change of it would reach."""
    return _shown(store().templates.get(principal().tenant, template_id))


@blueprint.patch("/<id:template_id>")
@roles("coordinator")
@blueprint.arguments(NewTemplateSchema(partial=True))
@blueprint.response(200, TemplateSchema)
def change(body: dict[str, Any], template_id: str) -> dict[str, Any]:
    """Changes a template.

    Pairs from now on have the new items. Live plans stay as they are until they are updated; `plans_behind` says how
    many these are.
    """
    current = transaction()
    found = store().templates.get(current.tenant, template_id, current.session)
    require_match(found.version)
    items = _items(body["items"]) if "items" in body else found.items
    return _shown(revise_template(current, store(), found, body.get("name", found.name), items))


@blueprint.get("/<id:template_id>/plans")
@roles("coordinator")
@blueprint.arguments(WhichPlansSchema, location="query")
@blueprint.page(PlanOfSchema)
def plans(which: dict[str, Any], template_id: str) -> Page[dict[str, Any]]:
    """Lists the live plans that came from a template: whom an update would reach."""
    template = store().templates.get(principal().tenant, template_id)
    wanted = requested()
    where = store().mentorships.live_plans(template, behind=which.get("standing") is not None)
    found = store().mentorships.page(template.tenant, where, limit=wanted.fetch, after=wanted.after_id)
    page = wanted.page(found, key=lambda mentorship: mentorship.id)
    return Page([_plan_of(mentorship, template) for mentorship in page.items], page.next)


@blueprint.post("/<id:template_id>/update-plans")
@roles("coordinator")
@blueprint.response(202, TemplateSchema)
def update(template_id: str) -> Any:
    """Brings live plans up to the template.

    What is open is added, changed and taken away; what is done, skipped, or a milestone of the pair stays, and nothing
    is added for a day that is past.
    """
    current = transaction()
    found = store().templates.get(current.tenant, template_id, current.session)
    require_match(found.version)
    return _shown(spread_template(current, store(), found)), 202


def _items(given: Sequence[dict[str, Any]]) -> tuple[TemplateItem, ...]:
    return tuple(
        TemplateItem(
            id=each.get("id") or new_id(),
            kind=ItemKind(each["kind"]),
            owner=Owner(each["owner"]),
            offset_days=each["offset_days"],
            title=each["title"],
            details=each.get("details") or "",
        )
        for each in given
    )


def _shown(template: Template) -> dict[str, Any]:
    etag(template.version)
    return _with_plans(template)


def _with_plans(template: Template) -> dict[str, Any]:
    kept = store().mentorships
    return {
        "id": template.id,
        "name": template.name,
        "items": template.items,
        "revision": template.revision,
        "updating": template.due_at is not None,
        "live_plans": kept.count_live_plans(template, behind=False),
        "plans_behind": kept.count_live_plans(template, behind=True),
    }


def _plan_of(mentorship: Mentorship, template: Template) -> dict[str, Any]:
    return {
        "mentorship_id": mentorship.id,
        "program_id": mentorship.program_id,
        "state": mentorship.state,
        "revision": mentorship.plan_revision,
        "behind": mentorship.plan_revision != template.revision,
    }
