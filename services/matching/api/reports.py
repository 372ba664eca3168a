"""Reports over HTTP: members file them, coordinators decide, and who is reported sees none of it."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from services.matching.api.context import is_coordinator, store
from services.matching.commands.decide_report import act_on_report, dismiss_report, review_report
from services.matching.commands.file_report import file_report
from services.matching.domain.measure import MeasureKind
from services.matching.domain.report import Category, EvidenceKind, Report, ReportState
from services.matching.store.reports import filed_by, not_about
from shared.contracts.fields import Choice, Free, Id, Many, One, Record, Text, Timestamp
from shared.errors import Fault, Invalid, NotFound
from shared.web import Blueprint, Page, audit, etag, member_id, principal, requested, require_match, roles, transaction

blueprint = Blueprint("reports", __name__, url_prefix="/v1/reports", description="What members report of others.")

LONGEST_TEXT = 4000
MOST_EVIDENCE = 20
CATEGORIES = tuple(each.value for each in Category)
KINDS = tuple(each.value for each in EvidenceKind)
STATES = tuple(each.value for each in ReportState)
DECISIONS = tuple(each.value for each in ReportState if each is not ReportState.NEW)
MEASURES = tuple(each.value for each in MeasureKind)


class NamedEvidenceSchema(Record):
    """Something of the two that the reporter can see."""

    kind = Choice("What it is.", KINDS, required=True)
    id = Id("Which one.", required=True)


class EvidenceSchema(NamedEvidenceSchema):
    """The same with what was in it."""

    content = Free("As it was when it was reported; for coordinators alone, until its time is over.")


class NewReportSchema(Record):
    """What a member says."""

    reported_id = Id("Who is reported.", required=True)
    category = Choice("What it is about.", CATEGORIES, required=True)
    text = Text("What happened; for coordinators alone.", LONGEST_TEXT, shortest=1, required=True)
    evidence = Many(
        "What to look at: between the two, and the reporter's to see.", One("", NamedEvidenceSchema), MOST_EVIDENCE
    )


class ReportSchema(Record):
    """A report. To the reporter what they said and where it stands; to coordinators all of it."""

    id = Id("The report.", required=True)
    reported_id = Id("Who is reported.", required=True)
    reporter_id = Id("Who reports; for coordinators alone, who tell nobody.")
    category = Choice("What it is about.", CATEGORIES, required=True)
    state = Choice("Where it stands.", STATES, required=True)
    created_at = Timestamp("When it was made.", required=True)
    closed_at = Timestamp("When it was decided.")
    text = Text("What happened; not in lists for coordinators, and gone some time after it was closed.", LONGEST_TEXT)
    evidence = Many("What to look at; not in lists for coordinators.", One("", EvidenceSchema), MOST_EVIDENCE)
    reviewer_id = Id("Who took it into review, or decided; for coordinators alone.")
    measure_id = Id("What it led to; for coordinators alone.")


class ReportFilterSchema(Record):
    """Which of them."""

    state = Choice("In this state.", STATES)
    category = Choice("About this.", CATEGORIES)
    reported_id = Id("Of this member.")


class ReportActionSchema(Record):
    """What is done about it."""

    kind = Choice("A warning, or what keeps the member from everything new.", MEASURES, required=True)
    until = Timestamp("When a suspension ends by itself; open unless it is said.")


class ReportDecisionSchema(Record):
    """Where it is to stand."""

    state = Choice("`under_review` before either of the others.", DECISIONS, required=True)
    action = One("What is done; with `actioned`, and only then.", ReportActionSchema)


@blueprint.post("")
@roles("member")
@blueprint.arguments(NewReportSchema)
@blueprint.response(201, ReportSchema)
def report(body: dict[str, Any]) -> Any:
    """Reports a member to the coordinators.

    What is named as evidence is kept as it is now. The one who is reported never learns of the report or the reporter.
    """
    made = file_report(
        transaction(),
        store(),
        member_id(),
        body["reported_id"],
        category=Category(body["category"]),
        text=body["text"],
        evidence=[(EvidenceKind(each["kind"]), each["id"]) for each in body.get("evidence") or ()],
    )
    etag(made.version)
    return _to_reporter(made), 201, {"Location": f"/v1/reports/{made.id}"}


@blueprint.get("")
@roles("member", "coordinator")
@blueprint.arguments(ReportFilterSchema, location="query")
@blueprint.page(ReportSchema)
def index(which: dict[str, Any]) -> Page[dict[str, Any]]:
    """Lists reports: those that the caller made; to a coordinator all that are not about them, without content."""
    wanted = requested()
    asked = {name: value for name, value in which.items() if value is not None}
    found = store().reports.page(
        principal().tenant, {"$and": [asked, _sight()]}, limit=wanted.fetch, after=wanted.after_id
    )
    page = wanted.page(found, key=lambda each: each.id)
    if not is_coordinator():
        return Page([_to_reporter(each) for each in page.items], page.next)
    _audit(page.items)
    return Page([_facts(each) for each in page.items], page.next)


@blueprint.get("/<id:report_id>")
@roles("member", "coordinator")
@blueprint.response(200, ReportSchema)
def read(report_id: str) -> dict[str, Any]:
    """Shows a report: to who made it, and to coordinators with its evidence, which is recorded."""
    found = store().reports.find_where(principal().tenant, {"$and": [{"_id": report_id}, _sight()]})
    if found is None:
        raise NotFound("report", report_id)
    etag(found.version)
    if not is_coordinator():
        return _to_reporter(found)
    _audit([found])
    return _to_staff(found)


@blueprint.patch("/<id:report_id>")
@roles("coordinator")
@blueprint.arguments(ReportDecisionSchema)
@blueprint.response(200, ReportSchema)
def decide(body: dict[str, Any], report_id: str) -> dict[str, Any]:
    """Takes a report into review, dismisses it, or acts on it.

    `actioned` says what is done: the member gets a task that names the measure, and nothing else. While a suspension or
    a removal is in force the member enrolls, asks and accepts nowhere, and is not asked, recommended or matched; live
    mentorships rest, and go on by themselves afterwards.
    """
    current, by = transaction(), principal().member_id
    found = store().reports.find_where(current.tenant, {"$and": [{"_id": report_id}, _sight()]}, current.session)
    if found is None:
        raise NotFound("report", report_id)
    require_match(found.version)
    state = ReportState(body["state"])
    kind, until = _action(body.get("action"), state, current.now)
    if state is ReportState.UNDER_REVIEW:
        decided = review_report(current, store(), found, by)
    elif kind is None:
        decided = dismiss_report(current, store(), found, by)
    else:
        decided = act_on_report(current, store(), found, by, kind, until)
    etag(decided.version)
    _audit([decided])
    return _to_staff(decided)


def _action(
    said: Mapping[str, Any] | None, state: ReportState, now: datetime
) -> tuple[MeasureKind | None, datetime | None]:
    """What is done, and until when. Raises Invalid."""
    if (said is not None) is not (state is ReportState.ACTIONED):
        raise Invalid([Fault("/action", "Is said with `actioned`, and only then.")])
    if said is None:
        return None, None
    kind, until = MeasureKind(said["kind"]), said.get("until")
    if until is not None and kind is not MeasureKind.SUSPENSION:
        raise Invalid([Fault("/action/until", "Only a suspension ends by itself.")])
    if until is not None and until <= now:
        raise Invalid([Fault("/action/until", "Must be to come.")])
    return kind, until


def _sight() -> Mapping[str, Any]:
    """The filter of what the caller may know of: whoever is reported, a coordinator too, sees nothing of it."""
    if not is_coordinator():
        return filed_by(_own_ids())
    return not_about(_own_ids())


def _own_ids() -> Collection[str]:
    me = principal().member_id
    return () if me is None and is_coordinator() else store().merges.known_as(principal().tenant, member_id())


def _audit(reports: Collection[Report]) -> None:
    """Whom it shows, but for the reporter: the rows of the audit are read by those who must not learn that."""
    audit.shows(each.reported_id for each in reports)


def _facts(found: Report) -> dict[str, Any]:
    names = ("id", "reporter_id", "reported_id", "category", "state", "created_at", "closed_at", "reviewer_id")
    return {name: getattr(found, name) for name in (*names, "measure_id")}


def _to_staff(found: Report) -> dict[str, Any]:
    return _facts(found) | {"text": found.text, "evidence": found.evidence}


def _to_reporter(found: Report) -> dict[str, Any]:
    names = ("id", "reported_id", "category", "state", "created_at", "closed_at", "text")
    evidence = [{"kind": each.kind, "id": each.id} for each in found.evidence]
    return {name: getattr(found, name) for name in names} | {"evidence": evidence}
