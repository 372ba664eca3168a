"""Questions that help a mentee to state a goal."""

from typing import Any

from services.matching.api.programs import visible_program
from services.matching.domain.stated_goal import PROMPTS
from shared.contracts.fields import Flag, Line, Many, Record
from shared.web import Blueprint, roles

blueprint = Blueprint("goal_prompts", __name__, url_prefix="/v1/programs", description="From a wish to a goal.")


class GoalPromptsSchema(Record):
    """What to ask oneself."""

    prompts = Many("Questions, in the order to think about them.", Line("", 300, required=True), 20, required=True)
    goal_required = Flag("Whether the program asks for a goal before a mentor is asked.", required=True)


@blueprint.get("/<id:program_id>/goal-prompts")
@roles("member", "coordinator")
@blueprint.response(200, GoalPromptsSchema)
def read(program_id: str) -> dict[str, Any]:
    """Shows questions that help to state a goal.

    The program's own (`settings.goal_prompts`), or those that come with the service. A goal has a text, a measure and a
    target date, and is stated in the member's profile: `goals` of `PATCH /v1/members/me`.
    """
    settings = visible_program(program_id).settings
    return {"prompts": settings.goal_prompts or PROMPTS, "goal_required": settings.goal_required}
