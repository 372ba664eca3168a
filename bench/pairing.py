"""Candidates for 100,000 mentees among 33,000 mentors, and the assignment over them: no broker, no database."""

import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from bench.population import population
from bench.result import Result
from services.matching.domain.match_run import Objective
from services.matching.domain.parts import FULL
from services.matching.domain.program import Format
from services.matching.engine import flow
from services.matching.engine.candidates import DEFAULT_LIST, Candidates, candidates
from services.matching.engine.features import Features, features
from services.matching.engine.matching import best_pairs
from services.matching.engine.parts import ENOUGH_MINUTES, FULL_LIKENESS, SENIORITY_FIT
from services.matching.engine.pool import Criteria

MENTEES = 100_000
SAMPLE = 4_000
"""So many mentees the peer is timed with, who would take minutes for all."""
_SHORTLIST = 1_000
_AT_ONCE = 400


def run(progress: Callable[[str], None]) -> list[Result]:
    """Seconds, each way once."""
    warm_up()
    progress(f"matching: making up {MENTEES:,} mentees")
    known = features(population(MENTEES).ordered(0))
    begun = time.perf_counter()
    found = candidates(known, Criteria())
    product = time.perf_counter() - begun
    progress(f"matching: candidates {product:.1f} s")
    begun = time.perf_counter()
    recall = _by_products(known, found)
    peer = (time.perf_counter() - begun) * MENTEES / SAMPLE
    progress(f"matching: candidates by sparse products {peer:.1f} s, recall {recall:.3f}")
    searched = Result(
        "candidates_100k",
        "s",
        product,
        None,
        peer,
        f"exact; the peer (scipy products, the best {_SHORTLIST:,} scored again) finds {recall:.1%} of it, "
        f"timed with {SAMPLE:,} mentees",
        higher_is_better=False,
    )
    return [searched, _assignment(known, found, progress)]


def warm_up() -> None:
    """Loads what is compiled, or compiles it."""
    candidates(features(population(1_200)), Criteria(), 5)


def _assignment(known: Features, found: Candidates, progress: Callable[[str], None]) -> Result:
    begun = time.perf_counter()
    bare = flow.solved(
        found.mentor_index, found.mentee_index, found.score, known.mentors.capacity, known.mentees.capacity
    )
    floor = time.perf_counter() - begun
    progress(f"matching: bare flow {floor:.1f} s, {int(bare.sum()):,} pairs")
    begun = time.perf_counter()
    wider, taken = best_pairs(known, Criteria(), found, DEFAULT_LIST, Objective.BEST_SCORE)
    product = time.perf_counter() - begun
    progress(f"matching: assignment {product:.1f} s, {int(taken.sum()):,} pairs")
    totals = int(wider.score[taken].sum()) / int(found.score[bare].sum())
    return Result(
        "assignment_100k",
        "s",
        product,
        floor,
        None,
        f"{int(taken.sum()):,} pairs, the bare flow {int(bare.sum()):,}; {totals:.2%} of its total",
        higher_is_better=False,
    )


def _by_products(known: Features, found: Candidates) -> float:
    """The usual way: shortlists by products of sparse matrices, scored again in numpy. The share of `found` in them."""
    mentors, hits, all_of_them = known.mentors, 0, 0
    offers, topics = mentors.offers.T.tocsr(), mentors.topics.T.tocsr()
    offers.data = np.ones_like(offers.data)
    mentors_free, spoken = _half_hours(known, of_mentors=True), mentors.languages.toarray()
    fit = np.array(SENIORITY_FIT[Format.ONE_TO_ONE]) / FULL
    for first in range(0, SAMPLE, _AT_ONCE):
        rows = np.arange(first, first + _AT_ONCE)
        some = known.mentees.of(rows)
        seeks = some.seeks.copy()
        seeks.data = np.ones_like(seeks.data)
        counts, words = np.diff(seeks.indptr)[:, None], np.diff(some.goals.indptr)[:, None]
        skills = (seeks @ offers).toarray() / np.maximum(1, counts)
        goals = np.minimum(1, (some.goals @ topics).toarray() / FULL_LIKENESS)
        rough = 3 * skills + 3 * goals + (mentors.industry[None, :] == some.industry[:, None])
        rough += fit[mentors.seniority[None, :] - some.seniority[:, None] + 4]
        short = np.argpartition(-rough, _SHORTLIST, axis=1)[:, :_SHORTLIST]
        each = np.arange(_AT_ONCE)[:, None]
        language = np.minimum(some.languages.toarray()[:, None, :], spoken[short]).max(axis=2) / 5
        free = _half_hours(known, of_mentors=False, rows=rows)
        minutes = 30 * np.einsum("ih,ijh->ij", free, mentors_free[short])
        knows = some.knows_free[:, None] & mentors.knows_free[short]
        gap = mentors.seniority[short] - some.seniority[:, None]
        seniority = fit[gap + 4]
        industry = mentors.industry[short] == some.industry[:, None]
        total = 3 * skills[each, short] + 3 * goals[each, short] + 2 * language + seniority + industry
        total = total + 2 * knows * np.minimum(1, minutes / ENOUGH_MINUTES)
        score = total / (7 + 3 * (words > 0) + 2 * knows)
        listed = short[each, np.argpartition(-score, DEFAULT_LIST, axis=1)[:, :DEFAULT_LIST]]
        of_some = (found.mentee_index >= rows[0]) & (found.mentee_index <= rows[-1])
        exact = found.mentee_index[of_some] * len(mentors.members) + found.mentor_index[of_some]
        hits += int(np.isin(exact, (rows[:, None] * len(mentors.members) + listed).ravel()).sum())
        all_of_them += len(exact)
    return hits / all_of_them


def _half_hours(known: Features, *, of_mentors: bool, rows: NDArray[np.int64] | None = None) -> NDArray[np.float32]:
    people = known.mentors if of_mentors else known.mentees
    chosen = np.arange(len(people.members)) if rows is None else rows
    free = np.zeros((len(chosen), 7 * 48), np.float32)
    for at, row in enumerate(chosen):
        for start, end in people.free.bounds[people.free.start[row] : people.free.start[row + 1]]:
            free[at, start // 30 : end // 30] = 1
    return free
