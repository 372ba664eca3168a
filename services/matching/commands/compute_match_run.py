"""A worker computes a match run: reads its input once, matches outside any transaction, writes the result at once.

A worker that dies leaves nothing behind but the state `computing`: when its claim has run out, another starts over.
"""

from dataclasses import replace

from services.matching.commands.assemble_pool import Assembled, assemble_pool
from services.matching.domain.match_run import MatchRun
from services.matching.domain.program import Program
from services.matching.domain.proposal import Proposal
from services.matching.domain.visibility import visible_to_participants
from services.matching.engine.explanations import Audience
from services.matching.engine.locks import ImpossibleLock
from services.matching.engine.matching import STAGES, Match, match
from services.matching.engine.pool import Criteria, Pair
from services.matching.store import Store
from shared.ids import new_id
from shared.messaging.due import Claimed
from shared.messaging.lease import LeaseLost
from shared.messaging.unit_of_work import Transaction, UnitOfWork

LEASE_SECONDS = 120.0
MOST_ATTEMPTS = 5
"""A run that has ended so many workers, or failed so often, is given up."""
_GIVEN_UP = "It could not be computed: the worker's log says why."


def compute_match_run(unit_of_work: UnitOfWork, store: Store, claimed: Claimed) -> None:
    """Makes the claimed run ready for review, or failed with a sentence. Raises LeaseLost where it was discarded."""
    run = store.runs.from_document(claimed.document)
    if claimed.attempts > MOST_ATTEMPTS:
        _fail(unit_of_work, store, claimed, run, _GIVEN_UP)
        return

    def report(stage: str, share: float = 0.0) -> None:
        progress = (STAGES.index(stage) + 1 + share) / (len(STAGES) + 1)
        if not store.runs.report(run.id, claimed.token, stage, progress, unit_of_work.clock.now()):
            raise LeaseLost(store.runs.collection.name)

    def follow(done: int, total: int) -> None:
        report("candidates", done / total)

    report(STAGES[0])
    program, assembled, locked = unit_of_work.run(lambda current: _read(current, store, run), tenant=run.tenant)
    try:
        found = match(
            assembled.pool,
            Criteria(program.rules, run.weights or program.weights, program.format),
            run.objective,
            visible=visible_to_participants,
            audience=Audience.STAFF,
            mode=run.mode,
            fairness=run.fairness,
            locked=locked,
            seed=run.seed,
            on_stage=report,
            progress=follow,
        )
    except ImpossibleLock as error:
        _fail(unit_of_work, store, claimed, run, error.detail)
    else:
        _finish(unit_of_work, store, claimed, run, found, assembled)


def _read(transaction: Transaction, store: Store, run: MatchRun) -> tuple[Program, Assembled, list[Pair]]:
    """What it is computed from; who the locked and forbidden are now may be another than when it was asked for."""
    program = store.programs.get(run.tenant, run.program_id, transaction.session)
    named = {each for pair in (*run.forbidden, *run.locked) for each in pair}
    now = store.merges.survivors(run.tenant, named, transaction.session)
    forbidden, locked = (
        [(now[mentor], now[mentee]) for mentor, mentee in pairs] for pairs in (run.forbidden, run.locked)
    )
    assembled = assemble_pool(store, program, transaction.now, forbidden=forbidden, session=transaction.session)
    return program, assembled, locked


def _finish(
    unit_of_work: UnitOfWork, store: Store, claimed: Claimed, run: MatchRun, found: Match, assembled: Assembled
) -> None:
    summary = replace(found.summary, unmatched=found.summary.unmatched + len(assembled.absent))

    def write(transaction: Transaction) -> None:
        claimed.confirm(transaction.session)
        current = store.runs.get(run.tenant, run.id, transaction.session)
        store.proposals.add_all(
            transaction.session,
            [
                Proposal(
                    id=new_id(),
                    tenant=run.tenant,
                    version=1,
                    updated_at=transaction.now,
                    program_id=run.program_id,
                    mentor_id=pair.mentor_id,
                    mentee_id=pair.mentee_id,
                    score=pair.score,
                    parts={part.value: share for part, share in pair.parts.items()},
                    reasons=pair.reasons,
                    run_id=run.id,
                    locked=pair.locked,
                )
                for pair in found.pairs
            ],
        )
        finished = current.finished(summary, (*found.unmatched, *assembled.absent), transaction.now)
        store.runs.save(transaction.session, finished)

    unit_of_work.run(write, tenant=run.tenant)


def _fail(unit_of_work: UnitOfWork, store: Store, claimed: Claimed, run: MatchRun, failure: str) -> None:
    def write(transaction: Transaction) -> None:
        claimed.confirm(transaction.session)
        current = store.runs.get(run.tenant, run.id, transaction.session)
        store.runs.save(transaction.session, current.failed(failure, transaction.now))

    unit_of_work.run(write, tenant=run.tenant)
