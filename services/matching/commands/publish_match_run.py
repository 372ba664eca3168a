"""A coordinator publishes a match run: every approved pair becomes a mentorship, one transaction each.

Broken off half way, it is called again and goes on with what is left; two at once do each pair once.
"""

from functools import partial

from services.matching.commands.eligibility import NotTakingPart
from services.matching.commands.start_mentorship import start_mentorship
from services.matching.domain.match_run import MATCH_RUN, MatchRun, MatchRunState, Skipped
from services.matching.domain.mentor_load import MentorFull, MentorPaused
from services.matching.domain.mentorship import AlreadyPaired, MenteeMatched, Origin
from services.matching.domain.proposal import Proposal, ProposalState
from services.matching.store import Store
from shared.errors import Conflict
from shared.messaging.cause import Cause
from shared.messaging.unit_of_work import Transaction, UnitOfWork

_REASONS: dict[type[Conflict], str] = {
    MentorFull: "mentor_full",
    MentorPaused: "mentor_paused",
    MenteeMatched: "mentee_matched",
    AlreadyPaired: "already_paired",
    NotTakingPart: "not_taking_part",
}
"""Why a pair is no longer possible. Any other conflict says that publishing itself is not."""


def prepare_publication(transaction: Transaction, store: Store, run: MatchRun, *, approve_all: bool) -> None:
    """Before anything is published. Raises IllegalTransition unless the run is under review and its program matches."""
    MATCH_RUN.after(run.state, "publish")
    store.programs.get(transaction.tenant, run.program_id, transaction.session).require("match")
    if approve_all:
        store.proposals.approve_all(transaction.session, transaction.tenant, run.id, transaction.now)


def publish_match_run(unit_of_work: UnitOfWork, store: Store, run: MatchRun, cause: Cause) -> MatchRun:
    """The published run, with what was published and what could not be.

    Raises IllegalTransition where it was discarded meanwhile.
    """
    while approved := store.proposals.in_state(run.tenant, run.id, ProposalState.APPROVED):
        for proposal in approved:
            try:
                start = partial(_start, store=store, proposal=proposal)
                unit_of_work.run(start, tenant=run.tenant, cause=cause)
            except tuple(_REASONS) as conflict:
                skip = partial(_skip, store=store, proposal=proposal, reason=_REASONS[type(conflict)])
                unit_of_work.run(skip, tenant=run.tenant, cause=cause)
    return unit_of_work.run(partial(_finish, store=store, run_id=run.id), tenant=run.tenant, cause=cause)


def _start(transaction: Transaction, store: Store, proposal: Proposal) -> None:
    current = _approved(transaction, store, proposal)
    if current is None:
        return
    program = store.programs.get(transaction.tenant, current.program_id, transaction.session)
    mentorship = start_mentorship(
        transaction,
        store,
        program,
        current.mentor_id,
        current.mentee_id,
        origin=Origin.MATCH_RUN,
        match_run_id=current.run_id,
    )
    store.proposals.save(transaction.session, current.published_as(mentorship.id, transaction.now))


def _skip(transaction: Transaction, store: Store, proposal: Proposal, reason: str) -> None:
    current = _approved(transaction, store, proposal)
    if current is not None:
        store.proposals.save(transaction.session, current.passed_over(reason, transaction.now))


def _approved(transaction: Transaction, store: Store, proposal: Proposal) -> Proposal | None:
    """The proposal as it stands now; None where somebody else has published or dismissed it."""
    current = store.proposals.get(transaction.tenant, proposal.id, transaction.session)
    return current if current.state is ProposalState.APPROVED else None


def _finish(transaction: Transaction, store: Store, run_id: str) -> MatchRun:
    tenant, session = transaction.tenant, transaction.session
    run = store.runs.get(tenant, run_id, session)
    if run.state is MatchRunState.PUBLISHED:
        return run
    published = store.proposals.in_state(tenant, run_id, ProposalState.PUBLISHED, session)
    skipped = tuple(
        Skipped(each.id, each.mentor_id, each.mentee_id, each.skipped or "")
        for each in store.proposals.passed_over(session, tenant, run_id)
    )
    saved = store.runs.save(session, run.published_with(len(published), skipped, transaction.now))
    transaction.publish(
        "match_run.published.v1",
        key=saved.id,
        version=saved.version,
        data={
            "id": saved.id,
            "program_id": saved.program_id,
            "objective": saved.objective.value,
            "published": len(published),
            "skipped": len(skipped),
            "unmatched": saved.summary.unmatched,
        },
    )
    return saved
