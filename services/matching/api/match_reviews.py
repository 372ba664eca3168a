"""Reviewing match runs over HTTP: the rest matched anew, two runs side by side."""

from typing import Any

from marshmallow import Schema, fields

from services.matching.api.context import store
from services.matching.api.match_runs import MatchRunSchema, MatchSummarySchema
from services.matching.api.suggestion_schema import share
from services.matching.commands.compare_match_runs import compare_match_runs
from services.matching.commands.rerun_match_run import rerun_match_run
from services.matching.domain.match_run import Mode
from services.matching.domain.run_comparison import Change
from services.matching.store.run_comparison import key_of
from shared.contracts.fields import Choice, Id, One, Record, Whole
from shared.contracts.vocabulary import OBJECTIVES, ROLES
from shared.errors import Fault, Invalid
from shared.web import Blueprint, etag, principal, requested, require_match, roles, transaction

blueprint = Blueprint("match reviews", __name__, url_prefix="/v1", description="What a coordinator makes of a run.")

_MOST = 10_000_000


def _score(about: str, *, nullable: bool = False) -> fields.Float:
    return fields.Float(required=True, allow_none=nullable, metadata={"description": about})


class ComparedRunSchema(Record):
    """One of the two runs."""

    id = Id("The run.", required=True)
    objective = Choice("What it sought.", OBJECTIVES, required=True)
    mode = Choice("What was promised of the pairs.", tuple(Mode), required=True)
    fairness = share("How much those who fit worst counted more.")
    summary = One("How it came out.", MatchSummarySchema, required=True)


class DifferenceSchema(Record):
    """The other run's numbers less this one's."""

    matched = Whole("Pairs.", -_MOST, _MOST, required=True)
    unmatched = Whole("People without a partner.", -_MOST, _MOST, required=True)
    total_score = _score("The sum of the pairs' scores.")
    worst_decile = _score("The mean score of the tenth of the pairs that fit worst.")


class TallySchema(Record):
    """People who have a partner in one of the two runs or in both, each counted once in a role."""

    gains = Whole("Those who score more in the other run, or have a partner in it alone.", 0, _MOST, required=True)
    loses = Whole("Those who score less, or have none in it.", 0, _MOST, required=True)
    same = Whole("Those who score the same in both.", 0, _MOST, required=True)
    newly_matched = Whole("Of those who gain: without a partner in this run.", 0, _MOST, required=True)
    newly_alone = Whole("Of those who lose: without a partner in the other.", 0, _MOST, required=True)


class ComparisonSchema(Schema):
    """Two runs side by side."""

    run = One("This run: before.", ComparedRunSchema, required=True)
    other = One("The run compared with: after.", ComparedRunSchema, required=True)
    difference = One("What changes for all together.", DifferenceSchema, required=True)
    people = One("What changes for how many, over all pages and whatever `change` says.", TallySchema, required=True)


class StandingSchema(Record):
    """One person in both runs; a score is the sum over the person's pairs."""

    member_id = Id("The member.", required=True)
    role = Choice("In this role.", ROLES, required=True)
    change = Choice("What the other run is to this person.", tuple(Change), required=True)
    before = _score("In this run; null without a partner.", nullable=True)
    after = _score("In the other run; null without a partner.", nullable=True)
    difference = _score("After less before, null counting as 0.")
    pairs_before = Whole("Partners in this run.", 0, _MOST, required=True)
    pairs_after = Whole("Partners in the other.", 0, _MOST, required=True)


class ComparisonQuerySchema(Schema):
    other = Id("The run to compare with, of the same program. It must be named.", data_key="with")
    change = Choice("Only people to whom the other run is this.", tuple(Change))


@blueprint.post("/match-runs/<id:run_id>/rerun")
@roles("coordinator")
@blueprint.response(202, MatchRunSchema)
def rerun(run_id: str) -> Any:
    """Matches anew whoever has no approved pair in this run.

    A new run with the same settings, over the people there are now. Approved pairs stay in this run and hold their
    seats; dismissed ones are forbidden, those that could not be published are not; locked ones stay locked while nobody
    has decided on them. 409 unless this run is `ready` or `published`, and where 10,000 pairs would not hold what is
    forbidden.
    """
    current = transaction()
    run = store().runs.get(current.tenant, run_id, current.session)
    require_match(run.version)
    again = rerun_match_run(current, store(), run)
    etag(again.version)
    return again, 202, {"Location": f"/v1/match-runs/{again.id}"}


@blueprint.get("/match-runs/<id:run_id>/compare")
@roles("coordinator")
@blueprint.arguments(ComparisonQuerySchema, location="query")
@blueprint.page(StandingSchema, beside=ComparisonSchema)
def compare(query: dict[str, Any], run_id: str) -> dict[str, Any]:
    """Says what the run named by `with` would change against this one; neither is published for it.

    Both are compared as they were computed, whatever was decided on their pairs since. The people come by the size of
    the change, the largest first; whoever has a partner in neither run is not among them. 409 unless both runs are
    `ready` or `published`, 422 for a run of another program.
    """
    tenant = principal().tenant
    run = store().runs.get(tenant, run_id)
    wanted = requested(int, str, str)
    named, change = query.get("other"), query.get("change")
    if named is None:
        raise Invalid([Fault("/with", "Must name the run to compare with.")], "Some query parameters are not valid.")
    found, standings = compare_match_runs(
        store(),
        run,
        store().runs.get(tenant, named),
        change=None if change is None else Change(change),
        limit=wanted.fetch,
        after=None if wanted.after is None else (wanted.after[0], wanted.after[1], wanted.after[2]),
    )
    page = wanted.page(standings, key=key_of)
    return {
        "run": found.run,
        "other": found.other,
        "difference": found.difference,
        "people": found.people,
        "items": page.items,
        "next": page.next,
    }
