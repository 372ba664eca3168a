"""A coordinator approves or dismisses a proposed pair."""

from services.matching.domain.match_run import MATCH_RUN
from services.matching.domain.proposal import Proposal, ProposalState
from services.matching.store import Store
from shared.errors import NotFound
from shared.messaging.unit_of_work import Transaction

_VERBS = {ProposalState.APPROVED: "approve", ProposalState.DISMISSED: "dismiss"}


def decide_proposal(transaction: Transaction, store: Store, proposal: Proposal, state: ProposalState) -> Proposal:
    """The proposal in this state, `approved` or `dismissed`; one that stands there already stays as it is.

    Raises IllegalTransition, also where its run is no longer under review, NotFound.
    """
    if proposal.state is state:
        return proposal
    # Whoever says at this moment that the run is published meets us here: nothing approved stays behind in it.
    run = store.runs.hold(transaction.session, transaction.tenant, proposal.run_id)
    if run is None:
        raise NotFound("match run", proposal.run_id)
    MATCH_RUN.after(run.state, "publish")
    return store.proposals.save(transaction.session, proposal.moved(_VERBS[state], transaction.now))
