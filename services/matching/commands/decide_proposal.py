"""A coordinator approves or dismisses a proposed pair."""

from services.matching.domain.match_run import MATCH_RUN
from services.matching.domain.proposal import Proposal, ProposalState
from services.matching.store import Store
from shared.messaging.unit_of_work import Transaction

_VERBS = {ProposalState.APPROVED: "approve", ProposalState.DISMISSED: "dismiss"}


def decide_proposal(transaction: Transaction, store: Store, proposal: Proposal, state: ProposalState) -> Proposal:
    """The proposal in this state, `approved` or `dismissed`; one that stands there already stays as it is.

    Raises IllegalTransition, also where its run is no longer under review.
    """
    if proposal.state is state:
        return proposal
    run = store.runs.get(transaction.tenant, proposal.run_id, transaction.session)
    MATCH_RUN.after(run.state, "publish")
    return store.proposals.save(transaction.session, proposal.moved(_VERBS[state], transaction.now))
