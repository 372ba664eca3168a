"""Proposals over HTTP: what a match run suggests, for a coordinator to decide on."""

from typing import Any

from services.matching.api.context import store
from services.matching.api.suggestion_schema import SuggestionSchema
from services.matching.commands.decide_proposal import decide_proposal
from services.matching.commands.propose_pair import propose_pair
from services.matching.domain.proposal import Proposal, ProposalState
from shared.contracts.fields import Choice, Code, Flag, Id, Record
from shared.web import (
    Blueprint,
    Page,
    etag,
    principal,
    requested,
    require_match,
    roles,
    transaction,
)

blueprint = Blueprint("proposals", __name__, url_prefix="/v1", description="Pairs that match runs propose.")


class NewProposalSchema(Record):
    """A pair added by hand."""

    mentor_id = Id("The mentor.", required=True)
    mentee_id = Id("The mentee.", required=True)


class MatchProposalSchema(SuggestionSchema):
    """A pair that a match run proposes, as staff is told of it."""

    id = Id("The proposal.", required=True)
    run_id = Id("The run.", required=True)
    program_id = Id("The program.", required=True)
    group_id = Id("Joins the pairs of one mentor, in a program of groups.")
    state = Choice("Where it stands.", tuple(ProposalState), required=True)
    locked = Flag("Whether the coordinator had decided on it before.", required=True)
    by_hand = Flag("Whether a coordinator added it.", required=True)
    mentorship_id = Id("The mentorship it became.")
    skipped = Code("Why it could not be published.")


class ProposalDecisionSchema(Record):
    """What is decided."""

    state = Choice("Approved pairs are published, dismissed ones shown to nobody.", ("approved", "dismissed"))


class ProposalFilterSchema(Record):
    """Which of them."""

    state = Choice("In this state only.", tuple(ProposalState))


@blueprint.get("/match-runs/<id:run_id>/proposals")
@roles("coordinator")
@blueprint.arguments(ProposalFilterSchema, location="query")
@blueprint.page(MatchProposalSchema)
def index(which: dict[str, Any], run_id: str) -> Page[Proposal]:
    """Lists what the run proposes, and why."""
    tenant = principal().tenant
    run = store().runs.get(tenant, run_id)
    wanted = requested()
    if not run.was_computed:
        return Page([], None)
    where = {"run_id": run.id, **{name: value for name, value in which.items() if value is not None}}
    found = store().proposals.page(tenant, where, limit=wanted.fetch, after=wanted.after_id)
    return wanted.page(found, key=lambda proposal: proposal.id)


@blueprint.post("/match-runs/<id:run_id>/proposals")
@roles("coordinator")
@blueprint.arguments(NewProposalSchema)
@blueprint.response(201, MatchProposalSchema)
def add(body: dict[str, Any], run_id: str) -> Any:
    """Adds a pair by hand to a run under review."""
    current = transaction()
    run = store().runs.get(current.tenant, run_id, current.session)
    require_match(run.version)
    proposal = propose_pair(current, store(), run, body["mentor_id"], body["mentee_id"])
    etag(proposal.version)
    return proposal, 201, {"Location": f"/v1/proposals/{proposal.id}"}


@blueprint.get("/proposals/<id:proposal_id>")
@roles("coordinator")
@blueprint.response(200, MatchProposalSchema)
def read(proposal_id: str) -> Proposal:
    """Shows a proposal."""
    proposal = store().proposals.get(principal().tenant, proposal_id)
    etag(proposal.version)
    return proposal


@blueprint.patch("/proposals/<id:proposal_id>")
@roles("coordinator")
@blueprint.arguments(ProposalDecisionSchema)
@blueprint.response(200, MatchProposalSchema)
def decide(body: dict[str, Any], proposal_id: str) -> Proposal:
    """Approves or dismisses a proposal while its run is under review."""
    current = transaction()
    proposal = store().proposals.get(current.tenant, proposal_id, current.session)
    require_match(proposal.version)
    state = body.get("state")
    if state is not None:
        proposal = decide_proposal(current, store(), proposal, ProposalState(state))
    etag(proposal.version)
    return proposal
