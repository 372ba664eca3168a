"""Recommendations over HTTP: who fits one member best, right now."""

from collections.abc import Sequence
from typing import Any

from flask import Response, request

from services.matching.api.context import is_coordinator, memory, store
from services.matching.api.programs import visible_program
from services.matching.api.recommendation_json import recommendations_json
from services.matching.api.suggestion_schema import RecommendationSchema
from services.matching.commands.recommend_from_memory import recommend_from_memory
from services.matching.commands.recommend_partners import recommend_partners
from services.matching.domain.enrollment import Role
from services.matching.engine.suggestions import Suggestion
from shared.contracts.fields import Choice, Id, Record
from shared.contracts.vocabulary import ROLES
from shared.errors import NotFound
from shared.web import Blueprint, audit, principal, requested, roles, unit_of_work
from shared.web.bodies import JSON

blueprint = Blueprint("recommendations", __name__, url_prefix="/v1", description="Who fits whom, with reasons.")

DEFAULT_COUNT = 10


class RecommendationFilterSchema(Record):
    """For whom."""

    member_id = Id("For this member; the caller unless given.")
    role = Choice("In this role; as a mentee where the member is both.", ROLES)


@blueprint.get("/programs/<id:program_id>/recommendations")
@roles("member", "coordinator")
@blueprint.arguments(RecommendationFilterSchema, location="query")
@blueprint.page(RecommendationSchema)
def index(which: dict[str, Any], program_id: str) -> Response:
    """Lists the best partners of an approved member, best first.

    Ten unless `limit` says otherwise, and no further page. Members ask for themselves; a coordinator asks for anyone
    and is told as staff. Peers are shown the others as mentors, whichever role is named. Recommendations of a program
    with thousands to suggest are prepared for a few seconds when they are first asked for, in a process that has just
    started or after a while: a 503 with `Retry-After` says so.
    """
    wanted, tenant = requested(), principal().tenant
    caller = principal().member_id
    wanted_for = which.get("member_id") or caller
    if wanted_for is None or (wanted_for != caller and not is_coordinator()):
        raise NotFound("member", wanted_for or "of this token")
    audit.shows([wanted_for])
    role = None if which.get("role") is None else Role(which["role"])
    count = wanted.limit if "limit" in request.args else DEFAULT_COUNT
    now, told_to_staff = unit_of_work().clock.now(), wanted_for != caller
    found: Sequence[Suggestion] | None = None
    for asked_as in (Role.MENTEE, Role.MENTOR) if role is None else (role,):
        found = recommend_from_memory(
            store(), memory(), tenant, program_id, wanted_for, asked_as, count, now, told_to_staff=told_to_staff
        )
        if found is not None or store().enrollments.is_approved(tenant, program_id, wanted_for, asked_as):
            break
    if found is None:
        program = visible_program(program_id)
        found = recommend_partners(store(), program, wanted_for, role, count, now, told_to_staff=told_to_staff)
    return Response(recommendations_json(found), mimetype=JSON)
