"""A program's report over HTTP: as JSON, as a table, as a picture."""

from typing import Any

from flask import Response
from marshmallow import Schema, fields, validate

from services.matching.api.bar_chart import SVG, svg
from services.matching.api.context import store
from services.matching.api.report_charts import CHARTS
from services.matching.api.report_table import COLUMNS, rows
from services.matching.api.suggestion_schema import share
from services.matching.commands.report_program import report_program
from services.matching.domain.people_by_value import MOST_NAMED, Field, Kind
from services.matching.domain.program_report import BUCKETS, DECILES, MANY_SEATS, Report, Stage
from services.matching.domain.response import Band
from shared.contracts.fields import Choice, Code, Id, Line, Many, One, Record, Whole
from shared.contracts.vocabulary import ROLES
from shared.web import Blueprint, principal, roles, unit_of_work
from shared.web.bodies import JSON
from shared.web.csv_download import csv_download, preferred
from shared.web.csv_upload import CSV

blueprint = Blueprint("program reports", __name__, url_prefix="/v1", description="How a program goes, in numbers.")

_FORMATS = {"json": JSON, "csv": CSV, "svg": SVG}
_MOST = 10_000_000


def _count(about: str) -> Whole:
    return Whole(about, 0, _MOST, required=True)


class StepSchema(Record):
    """People who came to a stage, each counted once in a role."""

    stage = Choice(
        "`approved` are those who take part or paused; `requested` mentees who asked and mentors who were asked; "
        "`matched` had a mentorship at some time; `first_session` held the first one within 14 days of its start; "
        "`met` held one at any time, or completed.",
        tuple(Stage),
        required=True,
    )
    mentees = _count("Mentees.")
    mentors = _count("Mentors.")


class SeatsSchema(Record):
    """Mentors by a number of seats."""

    seats = Whole(f"So many; {MANY_SEATS} stands for more, too.", 0, MANY_SEATS, required=True)
    used = _count("Mentors with so many used.")
    free = _count("Mentors with so many free.")


class LoadSchema(Record):
    """Seats of the mentors who take part."""

    mentors = _count("Mentors who take part.")
    paused = _count("Mentors who paused or left; they are counted in nothing else.")
    seats = _count("All seats.")
    used = _count("Seats that live mentorships hold.")
    free = _count("Seats that are free.")
    full = _count("Mentors without a free seat.")
    by_seats = Many("Mentors by seats.", One("A number of seats.", SeatsSchema, required=True), MANY_SEATS + 1)


class ExcludedSchema(Record):
    """People without a partner, by reason."""

    role = Choice("In this role.", ROLES, required=True)
    reason = Code("The first rule that left nobody, `outcompeted` where others fit better.", required=True)
    people = _count("So many.")


class BucketSchema(Record):
    """Pairs by score."""

    least = share("From this score on.")
    most = share("Below this one; the last bucket has the perfect ones, too.")
    pairs = _count("So many.")


class DecileSchema(Record):
    """A tenth of the pairs, the first being those that fit worst."""

    decile = Whole("Which.", 1, DECILES, required=True)
    pairs = _count("So many.")
    mean_score = share("Their mean score.")
    least = share("The worst of them.")
    most = share("The best of them.")


class ValueGroupSchema(Record):
    """People of one role with one value, never fewer than five."""

    role = Choice("In this role.", ROLES, required=True)
    kind = Choice(
        "`value`: those with this one. `unknown`: those who have told none. `other`: all whose value fewer than five "
        f"have, or that is not among the {MOST_NAMED} most frequent ones.",
        tuple(Kind),
        required=True,
    )
    value = Line("The value.", 500)
    people = _count("So many took part in the run.")
    matched = _count("So many have a partner.")
    share = share("The part of them that has one.")
    mean_score = fields.Float(
        required=True, allow_none=True, metadata={"description": "The mean score of their pairs; null without any."}
    )


class ReasonSchema(Record):
    """Pairs that ended early for one reason."""

    reason = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "A code; null for the reasons of fewer than five pairs each, together."},
    )
    pairs = _count("So many.")


def _told(about: str, least: int = 0, most: int = _MOST) -> Whole:
    return Whole(f"{about} Null where fewer than five pairs are behind it.", least, most, nullable=True, required=True)


def _told_share(about: str) -> fields.Float:
    about = f"{about} Null where fewer than five pairs are behind it."
    return fields.Float(required=True, allow_none=True, metadata={"description": about})


class AnsweringSchema(Record):
    """Mentors by how soon they answer, five and more."""

    band = fields.String(
        required=True,
        allow_none=True,
        validate=validate.OneOf([band.value for band in Band]),
        metadata={"description": "By the median; null: those with too few answers, or in bands of fewer than five."},
    )
    mentors = _count("So many.")


class OutcomesSchema(Record):
    """What the pairs came to; no number is of fewer than five."""

    completed = _told("Pairs that came to their good end.")
    completed_share = _told_share("Their part of all pairs that are over.")
    dropped_out = Many(
        "Pairs that ended early, the most frequent reason first.", One("A reason.", ReasonSchema, required=True), 1000
    )
    sessions_held = _told("Sessions held.")
    sessions_agreed = _told(
        "Sessions the pairs would have had by now, or by their end, at the agreed pace, days on hold not counted."
    )
    sessions_share = _told_share("The first by the second; above 1 where pairs meet more often than agreed.")
    first_session_median_days = _told_share("Days from the pairing to the first session, of those that met.")
    first_session_in_time_share = _told_share(
        "The part that met within 14 days, of pairs that met or whose 14 days are over."
    )
    goals_achieved = _told("Goals achieved.")
    goals_dropped = _told("Goals dropped.")
    goals_open = _told("Goals that pairs work toward, or left open.")
    goals_achieved_share = _told_share("The achieved ones by all of them.")
    rated_pairs = _told("Pairs whose mentee, or a peer, rated the same things before and at the end.")
    rating_before = _told_share("The mean of what these said of themselves before, from 1 to 5.")
    rating_end = _told_share("The same at the end.")


class ProgramReportSchema(Record):
    """A program in numbers."""

    program_id = Id("The program.", required=True)
    run_id = Id("The match run that all from `unmatched` on is of; null where none came out.")
    by = Choice("What `groups` are told apart by.", tuple(Field))
    funnel = Many("People by how far they came.", One("A stage.", StepSchema, required=True), len(Stage))
    mentor_load = One("Seats of mentors.", LoadSchema, required=True)
    response_bands = Many(
        "Mentors by how soon they answer requests, the most first.",
        One("A band.", AnsweringSchema, required=True),
        len(Band) + 1,
        required=True,
    )
    outcomes = One("What the pairs came to.", OutcomesSchema, required=True)
    unmatched = Many("People without a partner.", One("A reason.", ExcludedSchema, required=True), 1000)
    scores = Many("Pairs that nobody dismissed, by score.", One("A bucket.", BucketSchema, required=True), BUCKETS)
    deciles = Many("The same pairs, by tenths.", One("A tenth.", DecileSchema, required=True), DECILES)
    groups = Many(
        "Whom the run served, by the field asked for.",
        One("People with one value.", ValueGroupSchema, required=True),
        2 * (MOST_NAMED + 2),
    )


class ReportQuerySchema(Schema):
    by = Choice("Tell people apart by this, in `groups` and in the chart `fairness`.", tuple(Field))
    run = Id("The match run to report on; the last one that came out unless given.")
    format = Choice("Goes before `Accept`.", tuple(_FORMATS))
    chart = Choice("Which picture; `funnel` unless given.", tuple(CHARTS))


@blueprint.get("/programs/<id:program_id>/report")
@roles("coordinator")
@blueprint.arguments(ReportQuerySchema, location="query")
@blueprint.response(200, content_type=SVG)
@blueprint.response(200, content_type=CSV)
@blueprint.response(200, ProgramReportSchema)
def report(query: dict[str, Any], program_id: str) -> Report | Response:
    """Says how a program goes: who came how far, what came of it, whose seats are taken, whom the last match served.

    `by` adds the share that has a partner, and the mean score, for each value of a field of the members' profiles as
    they are now; no row is of fewer than five people. As CSV it is one table, as SVG one chart. 409 where the run asked
    for did not come out, 422 for one of another program.
    """
    program = store().programs.get(principal().tenant, program_id)
    by, kind = query.get("by"), _FORMATS.get(query.get("format") or "") or preferred(JSON, CSV, SVG)
    found = report_program(
        store(), program, unit_of_work().clock.now(), by=None if by is None else Field(by), run_id=query.get("run")
    )
    if kind == CSV:
        return csv_download(("report", program.name), COLUMNS, [list(rows(found))])
    if kind == SVG:
        answer = Response(svg(CHARTS[query.get("chart") or "funnel"](found)), content_type=f"{SVG}; charset=utf-8")
        answer.headers["Content-Security-Policy"] = "default-src 'none'"
        return answer
    return found
