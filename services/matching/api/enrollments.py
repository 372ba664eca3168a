"""Enrollments over HTTP."""

from typing import Any

from services.matching.api.context import is_coordinator, store
from services.matching.api.programs import visible_program
from services.matching.commands.change_enrollment import change_enrollment
from services.matching.commands.enroll_member import enroll_member
from services.matching.domain.enrollment import Enrollment, EnrollmentState, Role
from shared.contracts.fields import Choice, Code, Id, Record, Whole
from shared.contracts.vocabulary import ENROLLMENT_STATES, ROLES
from shared.errors import Forbidden, NotFound
from shared.web import (
    Blueprint,
    Page,
    etag,
    member_id,
    principal,
    requested,
    require_match,
    roles,
    transaction,
)

blueprint = Blueprint("enrollments", __name__, url_prefix="/v1", description="Who takes part in which program.")


class NewEnrollmentSchema(Record):
    """A place in a program."""

    member_id = Id("Who takes part: the caller, unless a coordinator names somebody.")
    role = Choice(
        "The role; a member may hold both, in two enrollments. Among peers both mean the one place there is, `mentor`.",
        ROLES,
        required=True,
    )
    capacity = Whole("How many partners at once; 1 unless given.", 1, 1000)


class EnrollmentSchema(NewEnrollmentSchema):
    """A member's place in a program, in one role."""

    id = Id("The enrollment.", required=True)
    program_id = Id("The program.", required=True)
    member_id = Id("The member.", required=True)
    state = Choice("Where it stands.", ENROLLMENT_STATES, required=True)
    capacity = Whole("How many partners at once; 0: no new ones.", 0, 1000, required=True)
    event_id = Id("The event whose registration brought it about.")
    registration_id = Id("That registration.")
    reason = Code("Why it stands there.")


class EnrollmentChangesSchema(Record):
    """What may be changed; null changes nothing."""

    state = Choice("Where it is to stand.", tuple(state for state in ENROLLMENT_STATES if state != "applied"))
    capacity = Whole("How many partners at once; below what there are it ends nothing.", 0, 1000)


class EnrollmentFilterSchema(Record):
    """Which of them."""

    role = Choice("In this role only.", ROLES)
    state = Choice("In this state only.", ENROLLMENT_STATES)


@blueprint.post("/programs/<id:program_id>/enrollments")
@roles("member", "coordinator")
@blueprint.arguments(NewEnrollmentSchema)
@blueprint.response(201, EnrollmentSchema)
def enroll(body: dict[str, Any], program_id: str) -> Any:
    """Enrolls a member while the program is open.

    Members apply for themselves; whom a coordinator names is approved at once. 409 where the program is not open, the
    member is enrolled in that role already, the membership has lapsed, or the program is for groups the member is in
    none of: the answer names them.
    """
    current = transaction()
    program = visible_program(program_id, current.session)
    named = body.get("member_id")
    if named is not None and named != principal().member_id:
        if not is_coordinator():
            raise Forbidden("Only a coordinator may enroll somebody else.")
        if store().copies.find(current.tenant, named, current.session) is None:
            raise NotFound("member", named)
    enrollment = enroll_member(
        current,
        store(),
        program,
        named or member_id(),
        Role(body["role"]),
        capacity=body.get("capacity") or 1,
        by_coordinator=named is not None and is_coordinator(),
    )
    etag(enrollment.version)
    return enrollment, 201, {"Location": f"/v1/enrollments/{enrollment.id}"}


@blueprint.get("/programs/<id:program_id>/enrollments")
@roles("member", "coordinator")
@blueprint.arguments(EnrollmentFilterSchema, location="query")
@blueprint.page(EnrollmentSchema)
def index(which: dict[str, Any], program_id: str) -> Page[Enrollment]:
    """Lists the program's enrollments; members see their own."""
    program = visible_program(program_id)
    wanted = requested()
    where = {"program_id": program.id, **{name: value for name, value in which.items() if value is not None}}
    if not is_coordinator():
        where["member_id"] = member_id()
    found = store().enrollments.page(principal().tenant, where, limit=wanted.fetch, after=wanted.after_id)
    return wanted.page(found, key=lambda enrollment: enrollment.id)


@blueprint.get("/enrollments/<id:enrollment_id>")
@roles("member", "coordinator")
@blueprint.response(200, EnrollmentSchema)
def read(enrollment_id: str) -> Enrollment:
    """Shows an enrollment; members see their own."""
    enrollment = _own(store().enrollments.get(principal().tenant, enrollment_id))
    etag(enrollment.version)
    return enrollment


@blueprint.patch("/enrollments/<id:enrollment_id>")
@roles("member", "coordinator")
@blueprint.arguments(EnrollmentChangesSchema)
@blueprint.response(200, EnrollmentSchema)
def change(body: dict[str, Any], enrollment_id: str) -> Enrollment:
    """Changes an enrollment.

    A coordinator decides on it; members pause, resume or withdraw their own and say how many partners they take.
    """
    current = transaction()
    enrollment = _own(store().enrollments.get(current.tenant, enrollment_id, current.session))
    require_match(enrollment.version)
    state = body.get("state")
    changed = change_enrollment(
        current,
        store(),
        enrollment,
        state=None if state is None else EnrollmentState(state),
        capacity=body.get("capacity"),
        by_coordinator=is_coordinator(),
    )
    etag(changed.version)
    return changed


def _own(enrollment: Enrollment) -> Enrollment:
    """The enrollment, for a coordinator and for whose it is."""
    if not is_coordinator() and enrollment.member_id != member_id():
        raise NotFound("enrollment", enrollment.id)
    return enrollment
