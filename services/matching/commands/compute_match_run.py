"""A worker computes a match run: keeps its input, searches, assigns, writes what it proposes, and only then shows it.

A worker that dies leaves behind what is not to be done again: the input, and the parts that were searched. When its
last sign of life is LEASE_SECONDS old another goes on, and finds the same.
"""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial

from pymongo.client_session import ClientSession

from services.matching.commands.pulse import Pulse
from services.matching.commands.search_match_part import LEASE_SECONDS as PART_SECONDS
from services.matching.commands.search_match_part import Asked, search_part
from services.matching.commands.take_match_input import drop_erased, take_match_input
from services.matching.domain.match_run import MatchRun, MatchRunState
from services.matching.domain.program import Format, group_of
from services.matching.domain.proposal import Proposal
from services.matching.domain.visibility import visible_to_participants
from services.matching.engine.candidates import Candidates, list_length
from services.matching.engine.explanations import Audience
from services.matching.engine.locks import ImpossibleLock
from services.matching.engine.matching import STAGES, Match, Wanted, concluded, prepared
from services.matching.engine.partition import parts, together
from services.matching.engine.suggestions import Suggestion
from services.matching.store import Store, run_parts
from services.matching.store.run_inputs import Input
from shared.ids import derived_id
from shared.messaging.due import Claimed, DueWork, claim
from shared.messaging.lease import LeaseLost
from shared.messaging.unit_of_work import Transaction, UnitOfWork

MOST_ATTEMPTS = 5
"""A run that has ended so many workers, or failed so often, is given up."""
_GIVEN_UP = "It could not be computed: the worker's log says why."
_STAGES = ("input", *STAGES, "proposals")
_TOGETHER = 1_000
_LOOK_EACH_SECONDS = 0.2


def compute_match_run(unit_of_work: UnitOfWork, store: Store, claimed: Claimed) -> None:
    """Makes the claimed run ready for review, or failed with a sentence. Raises LeaseLost where it was discarded."""
    run = store.runs.from_document(claimed.document)
    if claimed.attempts > MOST_ATTEMPTS:
        _fail(unit_of_work, store, claimed, run, _GIVEN_UP)
        return
    with Pulse(store.runs, claimed, computing=True) as pulse:
        try:
            _compute(unit_of_work, store, claimed, run, pulse)
        except ImpossibleLock as error:
            pulse.stop()
            _fail(unit_of_work, store, claimed, run, error.detail)
        except LeaseLost:
            _tidy(store, run)
            raise


def _compute(unit_of_work: UnitOfWork, store: Store, claimed: Claimed, run: MatchRun, pulse: Pulse) -> None:
    def at(stage: str) -> None:
        pulse.at(stage, _STAGES.index(stage) / len(_STAGES))

    at("input")
    kept = take_match_input(unit_of_work, store, claimed, run, pulse)
    at("features")
    known = prepared(kept.pool, kept.criteria, kept.locked, run.seed)
    k = list_length(known, None)
    at("candidates")
    wanted, question = Wanted(run.objective, run.mode, run.fairness), Asked(known, kept.criteria, kept.locked, k)
    matched = concluded(
        known,
        kept.criteria,
        _search(unit_of_work, store, run, question, pulse),  # held by nobody but whom it is given to: it is large
        wanted,
        k,
        visible_to_participants,
        Audience.STAFF,
        at,
    )
    at("proposals")
    _propose(unit_of_work, store, claimed, run, matched, kept, pulse)


def _search(unit_of_work: UnitOfWork, store: Store, run: MatchRun, question: Asked, pulse: Pulse) -> Candidates:
    """By parts where there are several, with whichever workers are free."""
    rows = parts(len(question.known.mentees.members))
    total = rows[-1].stop
    first, share = _STAGES.index("candidates"), 1 / len(_STAGES)

    def reached(done: int) -> None:
        pulse.reached((first + done / max(1, total)) * share)

    if len(rows) == 1:
        return question.of(rows[0], lambda done, _total: reached(done))
    store.run_parts.make(run.tenant, run.id, rows, unit_of_work.clock.now())
    due = DueWork("match_part", run_parts.COLLECTION, _nobody, {"run_id": run.id}, lease_seconds=PART_SECONDS)
    while store.run_parts.waiting(run.id):
        done = store.run_parts.searched(run.id)
        reached(done)
        claimed = claim(unit_of_work.database, due, unit_of_work.clock.now())
        if claimed is None:  # others are at those that are left
            time.sleep(_LOOK_EACH_SECONDS)
        else:
            search_part(store, claimed, question, _onward(reached, done))
    return together(store.run_parts.found(run.id))


def _onward(reached: Callable[[int], None], before: int) -> Callable[[int, int], None]:
    return lambda done, _total: reached(before + done)


def _nobody(_unit_of_work: UnitOfWork, _claimed: Claimed) -> None:
    """The claim is worked on by who makes it."""


def _propose(
    unit_of_work: UnitOfWork,
    store: Store,
    claimed: Claimed,
    run: MatchRun,
    found: Match,
    kept: Input,
    pulse: Pulse,
) -> None:
    """Writes what is proposed a few at a time, which nobody is shown; the last transaction shows it all.

    Each of them holds the claim: whoever was overtaken writes nothing into what another has shown by then.
    """
    unmatched = (*found.unmatched, *kept.absent)
    now = unit_of_work.clock.now()
    share = _STAGES.index("proposals")
    for first in range(0, len(found.pairs), _TOGETHER):
        some = found.pairs[first : first + _TOGETHER]
        proposals = [_proposal(run, pair, kept.criteria.format, now) for pair in some]
        _held(unit_of_work, pulse, run, partial(store.proposals.put_all, proposals=proposals))
        pulse.reached((share + first / len(found.pairs)) / len(_STAGES))
    keep = partial(store.runs.keep_unmatched, run_id=run.id, tenant=run.tenant, unmatched=unmatched)
    _held(unit_of_work, pulse, run, keep)
    erased = _erased(store, run, kept)
    if erased:
        drop = partial(store.proposals.drop_of_members, run_id=run.id, member_ids=erased)
        _held(unit_of_work, pulse, run, drop)
    gone = sum(not erased.isdisjoint((pair.mentor_id, pair.mentee_id)) for pair in found.pairs)
    summary = replace(found.summary, matched=found.summary.matched - gone, unmatched=len(unmatched))
    pulse.reached(1 - 1 / len(_STAGES) / 10)
    pulse.stop()

    def show(transaction: Transaction) -> None:
        claimed.confirm(transaction.session)
        current = store.runs.get(run.tenant, run.id, transaction.session)
        store.runs.save(transaction.session, current.finished(summary, transaction.now))

    unit_of_work.run(show, tenant=run.tenant)
    store.run_parts.drop(run.id)


def _held(unit_of_work: UnitOfWork, pulse: Pulse, run: MatchRun, work: Callable[[ClientSession], object]) -> None:
    """Does this with the claim held. Raises LeaseLost where another worker has it."""

    def write(transaction: Transaction) -> None:
        pulse.hold(transaction.session)
        work(transaction.session)

    unit_of_work.run(write, tenant=run.tenant)


def _erased(store: Store, run: MatchRun, kept: Input) -> set[str]:
    """Who was erased since the input was read: an erasure takes them out of it before it looks for proposals."""
    mark = store.run_inputs.mark_of(run.id)
    drop_erased(store, run, mark)
    there = set(store.run_inputs.members(mark))
    return {place.member.id for place in (*kept.pool.mentors, *kept.pool.mentees)} - there


def _proposal(run: MatchRun, pair: Suggestion, form: Format, now: datetime) -> Proposal:
    """Always the same one for the same pair of a run: two workers that believe to have it propose each pair once."""
    return Proposal(
        id=derived_id(run.id, pair.mentor_id, pair.mentee_id),
        tenant=run.tenant,
        version=1,
        updated_at=now,
        program_id=run.program_id,
        mentor_id=pair.mentor_id,
        mentee_id=pair.mentee_id,
        score=pair.score,
        parts={part.value: share for part, share in pair.parts.items()},
        reasons=pair.reasons,
        run_id=run.id,
        group_id=group_of(run.program_id, form, pair.mentor_id),
        locked=pair.locked,
    )


def _tidy(store: Store, run: MatchRun) -> None:
    """What nobody will look at again: of a run that was cancelled."""
    current = store.runs.find(run.tenant, run.id)
    if current is None or (current.state is MatchRunState.DISCARDED and not current.was_computed):
        store.proposals.drop(run.id)
        store.run_parts.drop(run.id)


def _fail(unit_of_work: UnitOfWork, store: Store, claimed: Claimed, run: MatchRun, failure: str) -> None:
    def write(transaction: Transaction) -> None:
        claimed.confirm(transaction.session)
        current = store.runs.get(run.tenant, run.id, transaction.session)
        store.runs.save(transaction.session, current.failed(failure, transaction.now))

    unit_of_work.run(write, tenant=run.tenant)
    store.run_parts.drop(run.id)
