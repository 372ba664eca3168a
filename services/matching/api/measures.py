"""Measures of conduct over HTTP: a member sees and appeals against their own, coordinators decide."""

from collections.abc import Mapping
from typing import Any

from pymongo.client_session import ClientSession

from services.matching.api.context import is_coordinator, store
from services.matching.api.reports import CATEGORIES, LONGEST_TEXT, MEASURES
from services.matching.commands.appeal_measure import appeal_measure
from services.matching.commands.end_measure import decide_measure
from services.matching.domain.measure import Measure, MeasureState, Outcome
from shared.contracts.fields import Choice, Id, One, Record, Text, Timestamp
from shared.errors import NotFound
from shared.web import Blueprint, Page, audit, etag, member_id, principal, requested, require_match, roles, transaction

blueprint = Blueprint("measures", __name__, url_prefix="/v1/measures", description="What reports led to.")

STATES = tuple(each.value for each in MeasureState)
OUTCOMES = tuple(each.value for each in Outcome)


class NewAppealSchema(Record):
    """Why it is not right."""

    text = Text("What the member says; for coordinators alone.", LONGEST_TEXT, shortest=1, required=True)


class MeasureAppealSchema(NewAppealSchema):
    """The member's one appeal."""

    at = Timestamp("When it was made.", required=True)
    outcome = Choice("What became of it; nothing yet where it is missing.", OUTCOMES)


class MeasureSchema(Record):
    """A warning, a suspension or a removal."""

    id = Id("The measure.", required=True)
    member_id = Id("Whom it is about.", required=True)
    kind = Choice("What it is.", MEASURES, required=True)
    category = Choice("What it is for.", CATEGORIES, required=True)
    state = Choice("Where it stands.", STATES, required=True)
    since = Timestamp("From when on.", required=True)
    until = Timestamp("When a suspension ends by itself.")
    appeal = One("What the member said against it.", MeasureAppealSchema)
    report_id = Id("The report it came of; for coordinators alone.")


class MeasureFilterSchema(Record):
    """Which of them."""

    member_id = Id("About this member.")
    state = Choice("In this state.", STATES)


class MeasureDecisionSchema(Record):
    """What a coordinator decides."""

    decision = Choice("`upheld` answers an appeal; `lifted` takes it back, also without one.", OUTCOMES, required=True)


@blueprint.get("")
@roles("member", "coordinator")
@blueprint.arguments(MeasureFilterSchema, location="query")
@blueprint.page(MeasureSchema)
def index(which: dict[str, Any]) -> Page[dict[str, Any]]:
    """Lists measures: the caller's own, to a coordinator everybody's."""
    wanted = requested()
    asked = {name: value for name, value in which.items() if value is not None}
    found = store().measures.page(
        principal().tenant, {"$and": [asked, _sight()]}, limit=wanted.fetch, after=wanted.after_id
    )
    page = wanted.page(found, key=lambda each: each.id)
    return Page([_shown(each) for each in page.items], page.next)


@blueprint.get("/<id:measure_id>")
@roles("member", "coordinator")
@blueprint.response(200, MeasureSchema)
def read(measure_id: str) -> dict[str, Any]:
    """Shows a measure."""
    return _answer(_found(measure_id))


@blueprint.post("/<id:measure_id>/appeal")
@roles("member")
@blueprint.arguments(NewAppealSchema)
@blueprint.response(200, MeasureSchema)
def appeal(body: dict[str, Any], measure_id: str) -> dict[str, Any]:
    """Appeals against one's own measure, once; a coordinator decides. Until then it holds."""
    found = _found(measure_id, transaction().session)
    if found.member_id != member_id():
        raise NotFound("measure", measure_id)
    require_match(found.version)
    return _answer(appeal_measure(transaction(), store(), found, body["text"]))


@blueprint.patch("/<id:measure_id>")
@roles("coordinator")
@blueprint.arguments(MeasureDecisionSchema)
@blueprint.response(200, MeasureSchema)
def decide(body: dict[str, Any], measure_id: str) -> dict[str, Any]:
    """Upholds a measure in spite of an appeal, or lifts it: what rested because of it goes on by itself."""
    found = _found(measure_id, transaction().session)
    require_match(found.version)
    outcome = Outcome(body["decision"])
    return _answer(decide_measure(transaction(), store(), found, outcome, principal().member_id))


def _found(measure_id: str, session: ClientSession | None = None) -> Measure:
    where = {"$and": [{"_id": measure_id}, _sight()]}
    found = store().measures.find_where(principal().tenant, where, session)
    if found is None:
        raise NotFound("measure", measure_id)
    return found


def _sight() -> Mapping[str, Any]:
    """The filter of what the caller may know of."""
    return {} if is_coordinator() else {"member_id": member_id()}


def _answer(measure: Measure) -> dict[str, Any]:
    etag(measure.version)
    return _shown(measure)


def _shown(measure: Measure) -> dict[str, Any]:
    """Of staff's reads of somebody else's a row is left; one's own says nothing of the report."""
    names = ("id", "member_id", "kind", "category", "state", "since", "until", "appeal")
    shown = {name: getattr(measure, name) for name in names}
    if not is_coordinator() or measure.member_id == principal().member_id:
        return shown
    audit.shows([measure.member_id])
    return shown | {"report_id": measure.report_id}
