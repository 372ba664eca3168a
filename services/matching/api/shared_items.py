"""Resources, opportunities and announcements: for a partner, or for a whole program."""

from datetime import date
from typing import Any

from services.matching.api.context import is_coordinator, store
from services.matching.api.pair import own_mentorship
from services.matching.api.programs import visible_program
from services.matching.commands.share_item import Sharing, offer_to_program, share_with_partner, take_back
from services.matching.domain.enrollment import EnrollmentState
from services.matching.domain.program import Program
from services.matching.domain.shared_item import KINDS, Family, SharedItem
from services.matching.store.shared_items import not_from, shown_on
from shared.contracts.fields import Choice, Day, Flag, Id, Line, Record, Text, Timestamp, WebAddress
from shared.errors import NotFound
from shared.web import Blueprint, Page, member_id, principal, requested, require_match, roles, transaction, unit_of_work

blueprint = Blueprint(
    "shared_items",
    __name__,
    url_prefix="/v1",
    description="What people share with a partner or with everybody in a program.",
)

_TAKES_PART = (EnrollmentState.APPROVED, EnrollmentState.PAUSED)


class _SharingSchema(Record):
    title = Line("What it is.", 300, shortest=1, required=True)
    text = Text("More of it.", 10_000)
    url = WebAddress("Where it is: http or https.")
    until = Day("The last day on which it is shown; for good, where it is not said.")


class NewResourceSchema(_SharingSchema):
    kind = Choice("What it is; a link, where it is not said.", KINDS[Family.RESOURCE])


class NewOpportunitySchema(_SharingSchema):
    kind = Choice("What it is; a job, where it is not said.", KINDS[Family.OPPORTUNITY])


class NewAnnouncementSchema(_SharingSchema):
    pass


class SharedItemSchema(_SharingSchema):
    id = Id("The thing shared.", required=True)
    kind = Choice(
        "What it is.", tuple(dict.fromkeys(kind for kinds in KINDS.values() for kind in kinds)), required=True
    )
    program_id = Id("Its program.", required=True)
    mentorship_id = Id("The mentorship it is for; null: everybody in the program.")
    shared_by_id = Id("Who shares it.", required=True)
    by_staff = Flag("Whether the association does.", required=True)
    shared_at = Timestamp("Since when.", required=True)


@blueprint.post("/mentorships/<id:mentorship_id>/resources")
@roles("member")
@blueprint.arguments(NewResourceSchema)
@blueprint.response(201, SharedItemSchema)
def share_resource(body: dict[str, Any], mentorship_id: str) -> dict[str, Any]:
    """Shares a resource with the partner."""
    return _shared(body, Family.RESOURCE, mentorship_id)


@blueprint.get("/mentorships/<id:mentorship_id>/resources")
@roles("member")
@blueprint.page(SharedItemSchema)
def resources_of_pair(mentorship_id: str) -> Page[dict[str, Any]]:
    """Lists what the two share with each other."""
    mentorship = own_mentorship(mentorship_id)
    return _listed(Family.RESOURCE, mentorship.program_id, mentorship_id)


@blueprint.post("/mentorships/<id:mentorship_id>/opportunities")
@roles("member")
@blueprint.arguments(NewOpportunitySchema)
@blueprint.response(201, SharedItemSchema)
def share_opportunity(body: dict[str, Any], mentorship_id: str) -> dict[str, Any]:
    """Tells the partner of a job, a project, or a way to work together."""
    return _shared(body, Family.OPPORTUNITY, mentorship_id)


@blueprint.get("/mentorships/<id:mentorship_id>/opportunities")
@roles("member")
@blueprint.page(SharedItemSchema)
def opportunities_of_pair(mentorship_id: str) -> Page[dict[str, Any]]:
    """Lists the opportunities that the two told each other of."""
    mentorship = own_mentorship(mentorship_id)
    return _listed(Family.OPPORTUNITY, mentorship.program_id, mentorship_id)


@blueprint.post("/programs/<id:program_id>/resources")
@roles("member", "coordinator")
@blueprint.arguments(NewResourceSchema)
@blueprint.response(201, SharedItemSchema)
def offer_resource(body: dict[str, Any], program_id: str) -> dict[str, Any]:
    """Offers a resource to everybody in the program: by one of its mentors, or by a coordinator."""
    return _offered(body, Family.RESOURCE, program_id)


@blueprint.get("/programs/<id:program_id>/resources")
@roles("member", "coordinator")
@blueprint.page(SharedItemSchema)
def resources_of_program(program_id: str) -> Page[dict[str, Any]]:
    """Lists resources for everybody who takes part in the program."""
    return _listed(Family.RESOURCE, _own_program(program_id).id, None)


@blueprint.post("/programs/<id:program_id>/opportunities")
@roles("member", "coordinator")
@blueprint.arguments(NewOpportunitySchema)
@blueprint.response(201, SharedItemSchema)
def offer_opportunity(body: dict[str, Any], program_id: str) -> dict[str, Any]:
    """Tells everybody in the program of an opportunity: by one of its mentors, or by a coordinator."""
    return _offered(body, Family.OPPORTUNITY, program_id)


@blueprint.get("/programs/<id:program_id>/opportunities")
@roles("member", "coordinator")
@blueprint.page(SharedItemSchema)
def opportunities_of_program(program_id: str) -> Page[dict[str, Any]]:
    """Lists opportunities for everybody who takes part in the program."""
    return _listed(Family.OPPORTUNITY, _own_program(program_id).id, None)


@blueprint.post("/programs/<id:program_id>/announcements")
@roles("coordinator")
@blueprint.arguments(NewAnnouncementSchema)
@blueprint.response(201, SharedItemSchema)
def announce(body: dict[str, Any], program_id: str) -> dict[str, Any]:
    """Announces something to everybody in the program, who are told that there is something to read."""
    return _offered(body, Family.ANNOUNCEMENT, program_id)


@blueprint.get("/programs/<id:program_id>/announcements")
@roles("member", "coordinator")
@blueprint.page(SharedItemSchema)
def announcements_of_program(program_id: str) -> Page[dict[str, Any]]:
    """Lists announcements for everybody who takes part in the program."""
    return _listed(Family.ANNOUNCEMENT, _own_program(program_id).id, None)


@blueprint.delete("/resources/<id:resource_id>")
@roles("member", "coordinator")
@blueprint.response(204)
def withdraw_resource(resource_id: str) -> None:
    """Takes a resource back: its author, or a coordinator what is for a program."""
    _taken_back(Family.RESOURCE, resource_id)


@blueprint.delete("/opportunities/<id:opportunity_id>")
@roles("member", "coordinator")
@blueprint.response(204)
def withdraw_opportunity(opportunity_id: str) -> None:
    """Takes an opportunity back: its author, or a coordinator what is for a program."""
    _taken_back(Family.OPPORTUNITY, opportunity_id)


@blueprint.delete("/announcements/<id:announcement_id>")
@roles("coordinator")
@blueprint.response(204)
def withdraw_announcement(announcement_id: str) -> None:
    """Takes an announcement back."""
    _taken_back(Family.ANNOUNCEMENT, announcement_id)


def _shared(body: dict[str, Any], family: Family, mentorship_id: str) -> dict[str, Any]:
    current = transaction()
    mentorship = own_mentorship(mentorship_id, current.session)
    return _shown(share_with_partner(current, store(), mentorship, member_id(), _sharing(body, family)))


def _offered(body: dict[str, Any], family: Family, program_id: str) -> dict[str, Any]:
    current = transaction()
    program = visible_program(program_id, current.session)
    sharing = _sharing(body, family)
    return _shown(offer_to_program(current, store(), program, member_id(), sharing, staff=is_coordinator()))


def _sharing(body: dict[str, Any], family: Family) -> Sharing:
    until: date | None = body.get("until")
    return Sharing(
        family=family,
        kind=body.get("kind") or KINDS[family][0],
        title=body["title"],
        text=body.get("text") or "",
        url=body.get("url"),
        until=None if until is None else until.isoformat(),
    )


def _own_program(program_id: str) -> Program:
    """The program, for its coordinators and for whoever takes part. Raises NotFound."""
    program = visible_program(program_id)
    if is_coordinator():
        return program
    enrolled = store().enrollments.of_member(program.tenant, program_id, member_id())
    if not any(each.state in _TAKES_PART for each in enrolled):
        raise NotFound("program of yours", program_id)
    return program


def _listed(family: Family, program_id: str, mentorship_id: str | None) -> Page[dict[str, Any]]:
    wanted = requested()
    tenant = principal().tenant
    where = shown_on(unit_of_work().clock.now().date(), family, program_id, mentorship_id)
    if mentorship_id is None and not is_coordinator():
        where = {"$and": [where, not_from(store().pairs.apart_from(tenant, member_id()))]}
    found = store().shared_items.page(tenant, where, limit=wanted.fetch, after=wanted.after_id)
    page = wanted.page(found, key=lambda item: item.id)
    return Page([_shown(each) for each in page.items], page.next)


def _taken_back(family: Family, item_id: str) -> None:
    current = transaction()
    found = store().shared_items.find(current.tenant, item_id, current.session)
    if found is None or found.family is not family:
        raise NotFound(family, item_id)
    require_match(found.version)
    take_back(current, store(), found, principal().member_id, staff=is_coordinator())


def _shown(item: SharedItem) -> dict[str, Any]:
    names = ("id", "kind", "program_id", "mentorship_id", "title", "text", "url", "until", "by_staff", "shared_at")
    return {name: getattr(item, name) for name in names} | {"shared_by_id": item.shared_by}
