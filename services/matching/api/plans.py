"""The plan of a pair: what is to be done, by whom and on which day."""

from typing import Any

from services.matching.api.context import store
from services.matching.api.pair import own_mentorship
from services.matching.commands.change_plan_item import change_plan_item
from services.matching.domain.plan_item import PlanItem, PlanItemState
from services.matching.domain.template import LONGEST_DETAILS, LONGEST_TITLE, ItemKind, Owner
from shared.contracts.fields import Choice, Day, Id, Line, Many, One, Record, Text, Timestamp
from shared.errors import NotFound
from shared.web import Blueprint, etag, member_id, principal, require_match, roles, transaction

blueprint = Blueprint(
    "plans",
    __name__,
    url_prefix="/v1/mentorships/<id:mentorship_id>/plan",
    description="What a pair has to do, for the two alone.",
)

STATES = tuple(state.value for state in PlanItemState)
_MANY = 10_000


class PlanItemChangeSchema(Record):
    state = Choice("`done`, `skipped`, or `open` again.", STATES, required=True)


class PlanItemSchema(PlanItemChangeSchema):
    id = Id("The item.", required=True)
    mentorship_id = Id("Whose plan it is in.", required=True)
    kind = Choice("What it asks for.", tuple(kind.value for kind in ItemKind), required=True)
    owner = Choice("Whose it is.", tuple(owner.value for owner in Owner), required=True)
    title = Line("What is to be done.", LONGEST_TITLE, required=True)
    details = Text("How, or why.", LONGEST_DETAILS)
    due_on = Day("On which day its owner is told.", required=True)
    milestone_id = Id("The milestone that it is, once the two are at work.")
    task_id = Id("The task by which its owner was told.")
    settled_at = Timestamp("When it was done or skipped.")


class PlanSchema(Record):
    template_id = Id("What it came from.")
    items = Many("In order of days.", One("An item.", PlanItemSchema, required=True), _MANY, required=True)
    next = Line("Never there: a plan is shown as a whole.", 1)


@blueprint.get("")
@roles("member")
@blueprint.response(200, PlanSchema)
def read_plan(mentorship_id: str) -> dict[str, Any]:
    """Shows the plan, whole.

    It comes from the template of the program, counted from the day the two were paired; days on hold put it off.
    """
    mentorship = own_mentorship(mentorship_id)
    return {"template_id": mentorship.template_id, "items": store().plan_items.of(mentorship), "next": None}


@blueprint.get("/<id:item_id>")
@roles("member")
@blueprint.response(200, PlanItemSchema)
def read(mentorship_id: str, item_id: str) -> PlanItem:
    """Shows an item of the plan."""
    own_mentorship(mentorship_id)
    found = _of_mentorship(store().plan_items.get(principal().tenant, item_id), mentorship_id)
    etag(found.version)
    return found


@blueprint.patch("/<id:item_id>")
@roles("member")
@blueprint.arguments(PlanItemChangeSchema)
@blueprint.response(200, PlanItemSchema)
def change(body: dict[str, Any], mentorship_id: str, item_id: str) -> PlanItem:
    """Does or skips what is planned, or takes it up again: whoever it is for.

    A milestone follows the milestone that it is: complete or drop that.
    """
    current = transaction()
    mentorship = own_mentorship(mentorship_id, current.session)
    found = _of_mentorship(store().plan_items.get(current.tenant, item_id, current.session), mentorship_id)
    require_match(found.version)
    changed = change_plan_item(current, store(), mentorship, found, member_id(), PlanItemState(body["state"]))
    etag(changed.version)
    return changed


def _of_mentorship(item: PlanItem, mentorship_id: str) -> PlanItem:
    if item.mentorship_id != mentorship_id:
        raise NotFound("plan item", item.id)
    return item
