"""A whole match run: pool in, pairs with reasons and a report of those left alone out."""

import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from services.matching.domain.enrollment import Role
from services.matching.domain.match_run import Mode, Objective, Summary, Unmatched
from services.matching.domain.parts import FULL
from services.matching.domain.program import Format
from services.matching.domain.visibility import Visible
from services.matching.engine.assignment import assign
from services.matching.engine.candidates import Candidates, candidates, list_length
from services.matching.engine.explanations import Audience
from services.matching.engine.fairness import fair, floor_of
from services.matching.engine.features import Features, features
from services.matching.engine.locks import without_locked_seats
from services.matching.engine.pairing import Bound
from services.matching.engine.peers import pair_peers, peers_alone
from services.matching.engine.pool import Criteria, Pair, Pool, both_ways
from services.matching.engine.rescue import overlooked, widened
from services.matching.engine.search import Progress, silent
from services.matching.engine.stability import stable
from services.matching.engine.suggestions import Suggestion, suggestion

STAGES = ("features", "candidates", "assignment", "explanations")


@dataclass(frozen=True, slots=True)
class Match:
    """The pairs, in the order of the mentees' ids, with the report."""

    pairs: tuple[Suggestion, ...]
    summary: Summary
    unmatched: tuple[Unmatched, ...]


def _no_report(_stage: str) -> None:
    """Nobody follows the stages."""


def match(
    pool: Pool,
    criteria: Criteria,
    objective: Objective,
    *,
    visible: Visible,
    audience: Audience = Audience.MENTEE,
    mode: Mode = Mode.WELFARE,
    fairness: float = 0.0,
    locked: Collection[Pair] = (),
    seed: int = 0,
    k: int | None = None,
    on_stage: Callable[[str], None] = _no_report,
    progress: Progress = silent,
) -> Match:
    """The best match of the pool; the same input and seed give the same output, in whatever order people come.

    `fairness` (0 to 1) lets those who fit worst count more. In mode `stable` neither it nor the objective counts: no
    two people who are allowed each other would both rather have each other. Peers are the pool's mentors, without that
    mode: among them there need not be such a match. The reasons are phrased for the audience.
    `on_stage` hears each of STAGES as it begins, `progress` how far the search for candidates is; what they raise ends
    it. Raises ImpossibleLock, TooManyPairs.
    """
    on_stage("features")
    known = prepared(pool, criteria, locked, seed)
    on_stage("candidates")
    found = candidates(known, criteria, k, locked, progress=progress)
    wanted = Wanted(objective, mode, fairness)
    return concluded(known, criteria, found, wanted, list_length(known, k), visible, audience, on_stage)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a match is to be, as of `match`."""

    objective: Objective
    mode: Mode = Mode.WELFARE
    fairness: float = 0.0


def prepared(pool: Pool, criteria: Criteria, locked: Collection[Pair], seed: int) -> Features:
    """The pool as the search takes it, in the order by which ties fall. Raises ImpossibleLock."""
    if criteria.format is Format.PEER:
        pool, locked = pool.of_peers(), both_ways(locked)
    return features(without_locked_seats(pool, locked).ordered(seed))


def concluded(
    known: Features,
    criteria: Criteria,
    found: Candidates,
    wanted: Wanted,
    k: int,
    visible: Visible,
    audience: Audience,
    on_stage: Callable[[str], None] = _no_report,
) -> Match:
    """The match, of candidates found before: lists of at most `k`. Raises TooManyPairs."""
    on_stage("assignment")
    bound = None
    if criteria.format is Format.PEER:
        peers = pair_peers(known, found, wanted.objective, wanted.fairness)
        found, taken, bound = peers.found, peers.taken, peers.bound
    elif wanted.mode is Mode.STABLE:
        found, taken = stable(known, criteria, found, k)
    else:
        # Nobody else holds them: those of before are let go of, and large, while the longer ones are solved.
        found = lengthened(known, criteria, found, k)
        found, taken = assigned(known, criteria, found, wanted.objective, wanted.fairness)
    chosen = found.locked | taken
    on_stage("explanations")
    edges = [int(edge) for edge in np.flatnonzero(chosen)]
    pairs = [suggestion(known, found, edge, visible, audience) for edge in edges]
    pairs.sort(key=lambda pair: (pair.mentee_id, pair.mentor_id))
    unmatched = _unmatched(known, found, edges) if bound is None else peers_alone(known, found, edges)
    summary = _summary(found.score[edges], len(unmatched))
    return Match(tuple(pairs), summary if bound is None else _bounded(summary, bound), unmatched)


def best_pairs(
    known: Features,
    criteria: Criteria,
    found: Candidates,
    k: int,
    objective: Objective,
    fairness: float = 0.0,
) -> tuple[Candidates, NDArray[np.bool_]]:
    """The best assignment of the candidates, whose lists end at `k`: longer ones where they leave somebody out.

    Returns the candidates and which of them are taken beside the locked ones.
    """
    return assigned(known, criteria, lengthened(known, criteria, found, k), objective, fairness)


def lengthened(known: Features, criteria: Criteria, found: Candidates, k: int) -> Candidates:
    """The candidates with those of mentors whom lists that end at `k` overlook."""
    return overlooked(known, criteria, found) if k < len(known.mentors.members) else found


def assigned(
    known: Features, criteria: Criteria, found: Candidates, objective: Objective, fairness: float = 0.0
) -> tuple[Candidates, NDArray[np.bool_]]:
    """The same as `best_pairs`, of candidates lengthened before."""
    taken = _assigned(known, found, found.score, objective)
    while (wider := widened(known, criteria, found, found.locked | taken)) is not None:
        found, new = wider
        before = np.zeros(len(new), np.bool_)
        before[~new] = taken
        taken = _assigned(known, found, found.score, objective, before)
    if fairness > 0:
        worth = fair(found.score, floor_of(found.score[taken]), fairness)
        taken = _assigned(known, found, worth, objective)
    return found, taken


def _assigned(
    known: Features,
    found: Candidates,
    worth: NDArray[np.int32] | NDArray[np.int64],
    objective: Objective,
    solved: NDArray[np.bool_] | None = None,
) -> NDArray[np.bool_]:
    # All of them, without copies, where nobody is locked.
    free = ~found.locked if found.locked.any() else slice(None)
    taken = np.zeros(len(worth), np.bool_)
    taken[free] = assign(
        found.mentor_index[free],
        found.mentee_index[free],
        worth[free],
        known.mentors.capacity,
        known.mentees.capacity,
        objective,
        None if solved is None else solved[free],
    )
    return taken


def _unmatched(known: Features, found: Candidates, edges: Sequence[int]) -> tuple[Unmatched, ...]:
    """Everyone without a pair, by role and id, each with the first rule that left them nobody."""
    sides = (
        (Role.MENTEE, known.mentees.members, set(found.mentee_index[edges].tolist()), found.mentee_reasons),
        (Role.MENTOR, known.mentors.members, set(found.mentor_index[edges].tolist()), found.mentor_reasons),
    )
    return tuple(
        alone
        for role, members, paired, reasons in sides
        for alone in sorted(
            (Unmatched(m.id, role, reasons[row]) for row, m in enumerate(members) if row not in paired),
            key=lambda one: one.member_id,
        )
    )


def _bounded(summary: Summary, bound: Bound) -> Summary:
    return replace(summary, most_matched=bound.pairs, most_score=bound.score / FULL)


def _summary(scores: NDArray[np.int32], unmatched: int) -> Summary:
    if len(scores) == 0:
        return Summary(unmatched=unmatched)
    worst = np.sort(scores)[: math.ceil(len(scores) / 10)]
    return Summary(
        matched=len(scores),
        unmatched=unmatched,
        total_score=int(scores.sum()) / FULL,
        worst_decile=round(float(worst.mean())) / FULL,
    )
