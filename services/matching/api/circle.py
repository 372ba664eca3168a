"""A member's circle: whom they have helped, and by whom they were helped."""

from typing import Any

from services.matching.api.context import store
from services.matching.store.circles import Tie
from shared.contracts.fields import Choice, Flag, Id, Line, Record, Timestamp, Whole
from shared.contracts.vocabulary import MENTORSHIP_STATES
from shared.web import Blueprint, Page, member_id, principal, requested, roles

blueprint = Blueprint("circle", __name__, url_prefix="/v1/circle", description="Whom one has helped, and who helped.")


class CircleSearchSchema(Record):
    side = Choice("`helped`: whom the caller mentored; `helped_by`: who mentored the caller.", ("helped", "helped_by"))


class TieSchema(Record):
    mentorship_id = Id("The mentorship.", required=True)
    program_id = Id("Its program.", required=True)
    program = Line("What that is called.", 200, required=True)
    partner_id = Id("The other.", required=True)
    helped = Flag("Whether the caller was the mentor.", required=True)
    state = Choice("Where it stands.", MENTORSHIP_STATES, required=True)
    started_at = Timestamp("When the two were paired.", required=True)
    ended_at = Timestamp("When it was over.")
    thanks_received = Whole("Thanks from the other.", 0, 1_000_000, required=True)
    thanks_sent = Whole("Thanks to the other.", 0, 1_000_000, required=True)
    milestones_completed = Whole("Milestones that the two reached.", 0, 1_000_000, required=True)


@blueprint.get("")
@roles("member")
@blueprint.arguments(CircleSearchSchema, location="query")
@blueprint.page(TieSchema)
def index(search: dict[str, Any]) -> Page[Tie]:
    """Lists the caller's mentorships that both had signed, to look back at: dates and numbers."""
    wanted, side = requested(), search.get("side")
    found = store().circles.of_member(
        principal().tenant,
        member_id(),
        None if side is None else side == "helped",
        limit=wanted.fetch,
        after=wanted.after_id,
    )
    return wanted.page(found, key=lambda tie: tie.mentorship_id)
