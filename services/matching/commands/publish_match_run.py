"""A coordinator publishes a match run: every approved pair becomes a mentorship, one transaction each.

Broken off half way, a worker goes on with what is left; two at once do each pair once. The pairs of one mentor follow
each other, so that what the mentor is told of them gathers in one mail.
"""

from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial

from services.matching.commands.compute_match_run import MOST_ATTEMPTS
from services.matching.commands.eligibility import KeptApart, NotTakingPart
from services.matching.commands.pulse import Pulse
from services.matching.commands.start_mentorship import start_mentorship
from services.matching.domain.match_run import MATCH_RUN, PUBLISHING, MatchRun, MatchRunState, Skipped
from services.matching.domain.mentor_load import MentorFull, MentorPaused
from services.matching.domain.mentorship import AlreadyPaired, MenteeMatched, Origin
from services.matching.domain.proposal import Proposal, ProposalState
from services.matching.store import Store
from shared.errors import Conflict
from shared.messaging.cause import Cause
from shared.messaging.due import Claimed
from shared.messaging.unit_of_work import Transaction, UnitOfWork

_REASONS: dict[type[Conflict], str] = {
    MentorFull: "mentor_full",
    MentorPaused: "mentor_paused",
    MenteeMatched: "mentee_matched",
    AlreadyPaired: "already_paired",
    NotTakingPart: "not_taking_part",
    KeptApart: "blocked",
}
"""Why a pair is no longer possible. Any other conflict says that publishing itself is not."""
_TOGETHER = 100


AT_ONCE = 100
"""Pairs that are published while the coordinator waits; more of them are a worker's."""
_PATIENCE = timedelta(seconds=30)
"""Who publishes a few has this long before a worker takes over."""
_GIVEN_UP = "It could not be published to the end: the worker's log says why. What was published stays."


def prepare_publication(transaction: Transaction, store: Store, run: MatchRun, *, approve_all: bool) -> MatchRun:
    """The run, from now on a worker's to publish unless somebody does so before it is due.

    Raises IllegalTransition unless the run is under review and its program matches.
    """
    MATCH_RUN.after(run.state, "publish")
    tenant, session = transaction.tenant, transaction.session
    store.programs.get(tenant, run.program_id, session).require("match")
    if approve_all:
        store.proposals.approve_all(session, tenant, run.id, transaction.now)
    few = store.proposals.count(session, tenant, run.id, ProposalState.APPROVED) <= AT_ONCE
    due_at = transaction.now + _PATIENCE if few else transaction.now
    return store.runs.save(session, run.to_publish(due_at, transaction.traceparent, transaction.now))


def is_for_a_worker(run: MatchRun, now: datetime) -> bool:
    """Whether a prepared run is due at once, since it is too long to wait for."""
    return run.due_at is not None and run.due_at <= now


def publish_match_run(
    unit_of_work: UnitOfWork, store: Store, run: MatchRun, cause: Cause | None, pulse: Pulse | None = None
) -> MatchRun:
    """The published run, with what was published and what could not be.

    Where publishing itself is not possible any more, as when its program was cancelled, the run is under review again,
    with the reason. Raises IllegalTransition where it was discarded meanwhile, LeaseLost as `pulse` does.
    """
    finish = partial(_finish, store=store, run_id=run.id, pulse=pulse)
    while True:
        try:
            while approved := store.proposals.to_publish(run.tenant, run.id, limit=_TOGETHER):
                for proposal in approved:
                    _publish(unit_of_work, store, proposal, cause)
                if pulse is not None:
                    pulse.reached(store.proposals.share_published(run.tenant, run.id))
        except Conflict as conflict:
            _stop(unit_of_work, store, run, conflict.detail, pulse)
            raise
        if pulse is not None:
            pulse.stop()
        if finished := unit_of_work.run(finish, tenant=run.tenant, cause=cause):
            return finished


def go_on_publishing(unit_of_work: UnitOfWork, store: Store, claimed: Claimed) -> None:
    """A worker publishes the claimed run, from where it is. Raises LeaseLost."""
    run = store.runs.from_document(claimed.document)
    with Pulse(store.runs, claimed, computing=False) as pulse:
        if claimed.attempts > MOST_ATTEMPTS:
            _stop(unit_of_work, store, run, _GIVEN_UP, pulse)
            return
        pulse.at(PUBLISHING, store.proposals.share_published(run.tenant, run.id))
        with suppress(Conflict):  # the run says why
            publish_match_run(unit_of_work, store, run, None, pulse)


def _publish(unit_of_work: UnitOfWork, store: Store, proposal: Proposal, cause: Cause | None) -> None:
    try:
        start = partial(_start, store=store, proposal=proposal)
        unit_of_work.run(start, tenant=proposal.tenant, cause=cause)
    except tuple(_REASONS) as conflict:
        skip = partial(_skip, store=store, proposal=proposal, reason=_REASONS[type(conflict)])
        unit_of_work.run(skip, tenant=proposal.tenant, cause=cause)


def _stop(unit_of_work: UnitOfWork, store: Store, run: MatchRun, failure: str, pulse: Pulse | None) -> None:
    if pulse is not None:
        pulse.stop()

    def write(transaction: Transaction) -> None:
        if pulse is not None:
            pulse.hold(transaction.session)
        current = store.runs.get(run.tenant, run.id, transaction.session)
        if current.publishing:
            store.runs.save(transaction.session, current.not_published(failure, transaction.now))

    unit_of_work.run(write, tenant=run.tenant)


def _start(transaction: Transaction, store: Store, proposal: Proposal) -> None:
    current = _approved(transaction, store, proposal)
    if current is None:
        return
    program = store.programs.get(transaction.tenant, current.program_id, transaction.session)
    pairing = start_mentorship(
        transaction,
        store,
        program,
        current.mentor_id,
        current.mentee_id,
        origin=Origin.MATCH_RUN,
        match_run_id=current.run_id,
    )
    store.proposals.save(transaction.session, current.published_as(pairing.mentorship.id, transaction.now))


def _skip(transaction: Transaction, store: Store, proposal: Proposal, reason: str) -> None:
    current = _approved(transaction, store, proposal)
    if current is not None:
        store.proposals.save(transaction.session, current.passed_over(reason, transaction.now))


def _approved(transaction: Transaction, store: Store, proposal: Proposal) -> Proposal | None:
    """The proposal as it stands now; None where somebody else has published or dismissed it."""
    current = store.proposals.get(transaction.tenant, proposal.id, transaction.session)
    return current if current.state is ProposalState.APPROVED else None


def _finish(transaction: Transaction, store: Store, run_id: str, pulse: Pulse | None) -> MatchRun | None:
    """The published run; None while a pair is left that was approved meanwhile."""
    tenant, session = transaction.tenant, transaction.session
    if pulse is not None:
        pulse.hold(session)
    run = store.runs.get(tenant, run_id, session)
    if run.state is MatchRunState.PUBLISHED:
        return run
    if store.proposals.count(session, tenant, run_id, ProposalState.APPROVED):
        return None
    published = store.proposals.count(session, tenant, run_id, ProposalState.PUBLISHED)
    skipped = tuple(
        Skipped(each.id, each.mentor_id, each.mentee_id, each.skipped or "")
        for each in store.proposals.passed_over(session, tenant, run_id)
    )
    saved = store.runs.save(session, run.published_with(published, skipped, transaction.now))
    transaction.publish(
        "match_run.published.v1",
        key=saved.id,
        version=saved.version,
        data={
            "id": saved.id,
            "program_id": saved.program_id,
            "objective": saved.objective.value,
            "published": published,
            "skipped": len(skipped),
            "unmatched": saved.summary.unmatched,
        },
    )
    return saved
