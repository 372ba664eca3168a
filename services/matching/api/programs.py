"""Programs over HTTP."""

from collections.abc import Sequence
from typing import Any

from pymongo.client_session import ClientSession

from services.matching.api.context import is_coordinator, store
from services.matching.api.merge_patch import patched
from services.matching.commands.announce_program import full_state
from services.matching.commands.create_program import create_program
from services.matching.commands.default_settings import default_settings
from services.matching.commands.move_program import move_program
from services.matching.commands.revise_program import revise_program
from services.matching.domain.parts import Weights
from services.matching.domain.program import FEWEST_RATINGS, Format, Kind, Program, Rules
from services.matching.store.programs import SHOWN_TO_MEMBERS
from shared.contracts.fields import Choice, Flag, Id, Line, Many, One, Record, Whole
from shared.contracts.programs import ProgramRules, ProgramWeights
from shared.contracts.vocabulary import PROGRAM_FORMATS, PROGRAM_KINDS, PROGRAM_STATES
from shared.errors import NotFound
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

blueprint = Blueprint("programs", __name__, url_prefix="/v1/programs", description="Mentoring programs.")


class ProgramSettingsSchema(Record):
    """Numbers that a program may change; those left out have the association's default."""

    open_request_limit = Whole("How many requests a mentee may have open.", 1, 100)
    request_expiry_days = Whole("Days until a request expires.", 1, 365)
    request_reminder_days = Whole("Days until a mentor is reminded.", 1, 365)
    flash_expiry_hours = Whole("Hours until a request expires in a flash program.", 1, 1000)
    flash_days = Whole("Days a flash mentorship may take to come to its one session.", 1, 365)
    duration_weeks = Many(
        "Shortest and longest duration of a mentorship.", Whole("Weeks.", 1, 520, required=True), 2, fewest=2
    )
    goal_required = Flag("Whether a mentee states a goal before asking a mentor; true unless given.")
    goal_prompts = Many(
        "Questions that help to state one, in place of those that come with the service.",
        Line("A question.", 300, shortest=1, required=True),
        20,
    )
    fewest_answers = Whole("How many answers of a mentor it takes to show how soon they answer.", 1, 100)
    expired_in_a_row = Whole("How many requests in a row a mentor lets expire before being paused.", 1, 20)
    first_request_days = Many(
        "Days after the approval at which a mentee is reminded who has asked nobody; none: no reminders.",
        Whole("Days.", 1, 365, required=True),
        10,
    )
    template_id = Id("The template that plans of its pairs come from, those paired before left as they are.")
    usual_duration_weeks = Whole("How many weeks the draft of an agreement proposes.", 1, 520)
    late_cancel_hours = Whole("Hours before a session from which a cancellation is late.", 0, 168)
    no_show_minutes = Whole("Minutes after a session's start from which who is not there is missing.", 1, 240)
    attendance_hours = Whole("Hours after which silence agrees to the other's word on who was there.", 1, 720)
    feedback_reveal_days = Whole("Days after which feedback is revealed though one has not written.", 1, 90)
    fewest_ratings = Whole("Of how many members a mean must be, at least, to be shown.", FEWEST_RATINGS, 100)
    impact_days = Many(
        "Days after a good end at which the mentee is asked what has come of it.",
        Whole("Days.", 1, 3650, required=True),
        2,
        fewest=2,
    )
    new_days = Whole("Days for which a mentorship is new.", 1, 365)
    unsigned_days = Whole("Days without a signed agreement after which a mentorship is at risk.", 1, 365)
    quiet_percent = Whole("Percent of the agreed pause between sessions after which it is quiet.", 100, 1000)
    at_risk_percent = Whole("Percent of the agreed pause between sessions after which it is at risk.", 100, 2000)
    missed_in_a_row = Whole("Sessions missed in a row after which it is at risk.", 1, 20)
    overdue_days = Whole("Days after its end from which it is overdue.", 0, 365)
    nudge_both_days = Whole("Days after the mentee was nudged at which both are.", 1, 90)
    nudge_coordinator_days = Whole("Days after both were nudged at which a coordinator gets a task.", 1, 90)


class ProgramRevisionSchema(Record):
    """What a coordinator may change: a JSON merge patch, in which null takes a value back to its default."""

    name = Line("What it is called.", 200, shortest=1, required=True)
    rules = One("Hard rules; one left out does not apply.", ProgramRules)
    weights = One("What counts how much; those left out have their default.", ProgramWeights)
    settings = One("Numbers that this program changes.", ProgramSettingsSchema)
    coordinator_ids = Many(
        "Staff who are told of its tasks; who plans it, unless others are named.", Id("", required=True), 100
    )


class NewProgramSchema(ProgramRevisionSchema):
    """A program as a coordinator plans it."""

    series = Line("Joins the cycles of one program.", 100, shortest=1)
    kind = Choice("How it runs; an event program enrolls attendees who opted in.", PROGRAM_KINDS, required=True)
    format = Choice("How people are put together.", PROGRAM_FORMATS, required=True)
    event_id = Id("The event of an event program.")


class ProgramSchema(NewProgramSchema):
    """A program: one object is one cycle."""

    id = Id("The program.", required=True)
    state = Choice("Where it stands.", PROGRAM_STATES, required=True)


@blueprint.post("")
@roles("coordinator")
@blueprint.arguments(NewProgramSchema)
@blueprint.response(201, ProgramSchema)
def create(body: dict[str, Any]) -> Any:
    """Plans a program: a draft that members do not see."""
    current = transaction()
    usual = default_settings(current, store())
    program = create_program(
        current,
        store(),
        name=body["name"],
        kind=Kind(body["kind"]),
        program_format=Format(body["format"]),
        series=body.get("series"),
        event_id=body.get("event_id"),
        rules=patched(Rules(), body.get("rules")),
        weights=patched(Weights(), body.get("weights")),
        settings=patched(usual, body.get("settings"), usual),
        coordinator_ids=_coordinators(body.get("coordinator_ids")),
    )
    return _shown(program), 201, {"Location": f"/v1/programs/{program.id}"}


@blueprint.get("")
@roles("member", "coordinator")
@blueprint.page(ProgramSchema)
def index() -> Page[dict[str, Any]]:
    """Lists programs.

    Members see those that are open or running, and their own.
    """
    wanted = requested()
    tenant = principal().tenant
    if is_coordinator():
        found = store().programs.page(tenant, {}, limit=wanted.fetch, after=wanted.after_id)
    else:
        enrolled_in = store().enrollments.programs_of(tenant, member_id())
        found = store().programs.visible_to_member(tenant, enrolled_in, limit=wanted.fetch, after=wanted.after_id)
    return wanted.page([full_state(program) for program in found], key=lambda program: program["id"])


@blueprint.get("/<id:program_id>")
@roles("member", "coordinator")
@blueprint.response(200, ProgramSchema)
def read(program_id: str) -> dict[str, Any]:
    """Shows a program."""
    return _shown(visible_program(program_id))


@blueprint.patch("/<id:program_id>")
@roles("coordinator")
@blueprint.arguments(ProgramRevisionSchema(partial=True))
@blueprint.response(200, ProgramSchema)
def revise(body: dict[str, Any], program_id: str) -> dict[str, Any]:
    """Changes a program until it is over."""
    current = transaction()
    program = store().programs.get(current.tenant, program_id, current.session)
    require_match(program.version)
    usual = default_settings(current, store())
    revised = revise_program(
        current,
        store(),
        program,
        name=body.get("name"),
        rules=patched(program.rules, body["rules"]) if "rules" in body else None,
        weights=patched(program.weights, body["weights"]) if "weights" in body else None,
        settings=patched(program.settings, body["settings"], usual) if "settings" in body else None,
        coordinator_ids=_coordinators(body["coordinator_ids"]) if "coordinator_ids" in body else None,
    )
    return _shown(revised)


@blueprint.post("/<id:program_id>/open")
@roles("coordinator")
@blueprint.response(200, ProgramSchema)
def open_program(program_id: str) -> dict[str, Any]:
    """Takes enrollments from now on.

    Attendees of its event who opted in are enrolled.
    """
    return _moved(program_id, "open")


@blueprint.post("/<id:program_id>/close")
@roles("coordinator")
@blueprint.response(200, ProgramSchema)
def close(program_id: str) -> dict[str, Any]:
    """Takes no more enrollments."""
    return _moved(program_id, "close")


@blueprint.post("/<id:program_id>/start")
@roles("coordinator")
@blueprint.response(200, ProgramSchema)
def start(program_id: str) -> dict[str, Any]:
    """Begins."""
    return _moved(program_id, "start")


@blueprint.post("/<id:program_id>/complete")
@roles("coordinator")
@blueprint.response(200, ProgramSchema)
def complete(program_id: str) -> dict[str, Any]:
    """Ends well."""
    return _moved(program_id, "complete")


@blueprint.post("/<id:program_id>/cancel")
@roles("coordinator")
@blueprint.response(200, ProgramSchema)
def cancel(program_id: str) -> dict[str, Any]:
    """Calls it off."""
    return _moved(program_id, "cancel")


def visible_program(program_id: str, session: ClientSession | None = None) -> Program:
    """The program, for a caller who may see it. Raises NotFound."""
    tenant = principal().tenant
    program = store().programs.get(tenant, program_id, session)
    if is_coordinator() or program.state in SHOWN_TO_MEMBERS:
        return program
    if not store().enrollments.of_member(tenant, program_id, member_id(), session):
        raise NotFound("program", program_id)
    return program


def _coordinators(named: Sequence[str] | None) -> Sequence[str]:
    """Those named, each once; the caller where nobody is said."""
    if named is not None:
        return tuple(dict.fromkeys(named))
    me = principal().member_id
    return () if me is None else (me,)


def _moved(program_id: str, verb: str) -> dict[str, Any]:
    current = transaction()
    program = store().programs.get(current.tenant, program_id, current.session)
    require_match(program.version)
    return _shown(move_program(current, store(), program, verb))


def _shown(program: Program) -> dict[str, Any]:
    etag(program.version)
    return full_state(program)
