"""Match runs over HTTP: asked for, followed, reviewed, published."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from marshmallow import ValidationError, fields, validates_schema

from services.matching.api.context import store
from services.matching.api.merge_patch import patched
from services.matching.api.suggestion_schema import share
from services.matching.commands.drop_match_run import drop_match_run
from services.matching.commands.publish_match_run import is_for_a_worker, prepare_publication, publish_match_run
from services.matching.commands.start_match_run import start_match_run
from services.matching.domain.match_run import MOST_PAIRS, MatchRun, MatchRunState, Mode, Objective
from services.matching.engine.pool import Pair
from shared.contracts.fields import Choice, Code, Flag, Id, Line, Many, Moment, Number, One, Record, Text, Whole
from shared.contracts.programs import ProgramWeights
from shared.contracts.vocabulary import OBJECTIVES, ROLES
from shared.messaging.unit_of_work import Transaction
from shared.web import (
    Blueprint,
    Page,
    etag,
    manages_own_transactions,
    principal,
    requested,
    require_match,
    roles,
    transaction,
    unit_of_work,
)
from shared.web.transactions import cause

blueprint = Blueprint("match runs", __name__, url_prefix="/v1", description="Whole-cohort matching.")


def _pairs(about: str) -> Many:
    pair = Many("A mentor and a mentee.", Id("A member.", required=True), 2, fewest=2, required=True)
    return Many(about, pair, MOST_PAIRS)


class NewMatchRunSchema(Record):
    """What a match is to be."""

    objective = Choice("The best total score, or the most pairs first.", OBJECTIVES, required=True)
    mode = Choice(
        "`welfare`: the best for all together. `stable`: no two would rather have each other, whatever the objective; "
        "not among peers.",
        tuple(Mode),
    )
    locked = _pairs("Pairs that are in, whatever the rules of fit say.")
    forbidden = _pairs("Pairs that are out.")
    weights = One("What counts how much; those left out are the program's.", ProgramWeights)
    fairness = Number("How much those who fit worst count more: from 0, not at all, to 1. Not with `stable`.", 0, 1)
    seed = Whole("Orders those who fit equally well.", 0, 2**31 - 1)

    @validates_schema
    def _promises_one_thing(self, data: dict[str, Any], **_: Any) -> None:
        if data.get("mode") == Mode.STABLE and data.get("fairness"):
            raise ValidationError(
                "A stable match cannot favor the worst off: leave it out, or match for welfare.", "fairness"
            )


class MatchSummarySchema(Record):
    """How it came out; scores are in [0, 1]."""

    matched = Whole("Pairs.", 0, 10_000_000, required=True)
    unmatched = Whole("People without a partner.", 0, 10_000_000, required=True)
    total_score = fields.Float(required=True, metadata={"description": "The sum of the pairs' scores."})
    worst_decile = share("The mean score of the tenth of the pairs that fit worst.")
    most_matched = Whole("Among peers: no match of the same candidates has more pairs.", 0, 10_000_000)
    most_score = fields.Float(
        allow_none=True, metadata={"description": "Among peers: no match of the same candidates has a higher total."}
    )


class UnmatchedSchema(Record):
    """Someone without a partner."""

    member_id = Id("The member.", required=True)
    role = Choice("In this role.", ROLES, required=True)
    reason = Code("The first rule that left nobody, `outcompeted` where others fit better.", required=True)


class SkippedSchema(Record):
    """A pair that was no longer possible when it was to be published."""

    proposal_id = Id("The proposal.", required=True)
    mentor_id = Id("The mentor.", required=True)
    mentee_id = Id("The mentee.", required=True)
    reason = Code("Why.", required=True)


class MatchRunSchema(Record):
    """A match run."""

    id = Id("The run.", required=True)
    program_id = Id("The program.", required=True)
    objective = Choice("What it seeks.", OBJECTIVES, required=True)
    mode = Choice("What is promised of the pairs.", tuple(Mode), required=True)
    fairness = share("How much those who fit worst count more.")
    state = Choice("Where it stands.", tuple(MatchRunState), required=True)
    stage = Line("What a worker is at; empty when at nothing.", 80, required=True)
    progress = share("From 0 to 1.")
    locked = _pairs("Pairs that are in.")
    forbidden = _pairs("Pairs that are out.")
    seed = Whole("Orders those who fit equally well.", 0, 2**31 - 1)
    summary = One("How it came out.", MatchSummarySchema, required=True)
    unmatched = Many(
        "Everyone without a partner, and why; left out of lists.", One("A member.", UnmatchedSchema), 10_000_000
    )
    people = Whole("Places approved when it was asked for.", 0, 10_000_000)
    started_at = Moment("When a worker first took it.")
    heartbeat_at = Moment("When a worker last said that it is at it, once a second, or was done.")
    elapsed_seconds = fields.Float(allow_none=True, metadata={"description": "From the one to the other."})
    failure = Text("Why it failed, or why the rest of it was not published.", 1000)
    published = Whole("Pairs that became mentorships.", 0, 10_000_000)
    rerun_of = Id("The run whose remainder this one matches.")
    skipped = Many("Pairs that no longer could.", One("A pair.", SkippedSchema), 10_000_000)


class PublishSchema(Record):
    """What to publish."""

    approve_all = Flag("Whether what nobody decided on is approved first.")


@blueprint.post("/programs/<id:program_id>/match-runs")
@roles("coordinator")
@blueprint.arguments(NewMatchRunSchema)
@blueprint.response(202, MatchRunSchema)
def ask(body: dict[str, Any], program_id: str) -> Any:
    """Asks for a match of everyone approved.

    A worker computes it; follow the run until it is `ready` or `failed`.
    """
    current = transaction()
    program = store().programs.get(current.tenant, program_id, current.session)
    weights = body.get("weights")
    run = start_match_run(
        current,
        store(),
        program,
        Objective(body["objective"]),
        mode=Mode(body.get("mode") or Mode.WELFARE),
        fairness=body.get("fairness") or 0.0,
        locked=_as_pairs(body.get("locked")),
        forbidden=_as_pairs(body.get("forbidden")),
        weights=None if weights is None else patched(program.weights, weights),
        seed=body.get("seed") or 0,
    )
    etag(run.version)
    return run, 202, {"Location": f"/v1/match-runs/{run.id}"}


@blueprint.get("/programs/<id:program_id>/match-runs")
@roles("coordinator")
@blueprint.page(MatchRunSchema)
def index(program_id: str) -> Page[MatchRun]:
    """Lists the program's match runs."""
    tenant = principal().tenant
    program = store().programs.get(tenant, program_id)
    wanted = requested()
    found = store().runs.page(tenant, {"program_id": program.id}, limit=wanted.fetch, after=wanted.after_id)
    return wanted.page(found, key=lambda run: run.id)


@blueprint.get("/match-runs/<id:run_id>")
@roles("coordinator")
@blueprint.response(200, MatchRunSchema)
def read(run_id: str) -> MatchRun:
    """Shows a match run: how far it is, or how it came out."""
    return _whole(store().runs.get(principal().tenant, run_id))


def _whole(run: MatchRun) -> MatchRun:
    """With everyone whom it left without a partner."""
    etag(run.version)
    return replace(run, unmatched=store().runs.unmatched(run))


@blueprint.post("/match-runs/<id:run_id>/publish")
@roles("coordinator")
@manages_own_transactions
@blueprint.arguments(PublishSchema)
@blueprint.response(200, MatchRunSchema)
@blueprint.or_answers(202, MatchRunSchema)
def publish(body: dict[str, Any], run_id: str) -> Any:
    """Makes a mentorship of every approved pair.

    Seats are checked once more for each; pairs that are no longer possible are skipped and named. Many pairs (202) are
    published by a worker: follow the run at its stage `publishing` until it is `published`, or under review again with
    a `failure`. A worker also finishes what broke off; a published run stays as it is.
    """
    tenant = principal().tenant

    def prepare(current: Transaction) -> MatchRun:
        run = store().runs.get(tenant, run_id, current.session)
        require_match(run.version)
        if run.state is MatchRunState.PUBLISHED:
            return run
        return prepare_publication(current, store(), run, approve_all=body.get("approve_all") or False)

    run = unit_of_work().run(prepare, tenant=tenant, cause=cause())
    if run.state is MatchRunState.PUBLISHED:
        return _whole(run)
    if is_for_a_worker(run, unit_of_work().clock.now()):
        return _whole(run), 202, {"Location": f"/v1/match-runs/{run.id}"}
    return _whole(publish_match_run(unit_of_work(), store(), run, cause()))


@blueprint.post("/match-runs/<id:run_id>/discard")
@roles("coordinator")
@blueprint.response(200, MatchRunSchema)
def discard(run_id: str) -> MatchRun:
    """Throws a run away, with all it proposes."""
    return _dropped(run_id, "discard")


@blueprint.post("/match-runs/<id:run_id>/cancel")
@roles("coordinator")
@blueprint.response(200, MatchRunSchema)
def cancel(run_id: str) -> MatchRun:
    """Stops a run that is still computed."""
    return _dropped(run_id, "cancel")


def _dropped(run_id: str, verb: str) -> MatchRun:
    current = transaction()
    run = store().runs.get(current.tenant, run_id, current.session)
    require_match(run.version)
    dropped = drop_match_run(current, store(), run, verb)
    etag(dropped.version)
    return dropped


def _as_pairs(given: Sequence[Sequence[str]] | None) -> tuple[Pair, ...]:
    return tuple((mentor_id, mentee_id) for mentor_id, mentee_id in given or ())
