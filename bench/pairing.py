"""Candidates for 100,000 mentees among 33,000 mentors, and the assignment over them: no broker, no database."""

import time
from collections.abc import Callable

import faiss
import numpy as np
from numpy.typing import NDArray

from bench.population import population
from bench.result import Result
from services.matching.domain.match_run import Objective
from services.matching.domain.parts import FULL
from services.matching.domain.program import Format
from services.matching.engine import flow
from services.matching.engine.candidates import DEFAULT_LIST, Candidates, candidates
from services.matching.engine.features import Features, People, features
from services.matching.engine.matching import best_pairs
from services.matching.engine.parts import ENOUGH_MINUTES, FULL_LIKENESS, SENIORITY_FIT
from services.matching.engine.pool import Criteria
from services.matching.engine.search import cell_number

MENTEES = 100_000
SAMPLE = 4_000
"""So many mentees the peer is timed with, who would take minutes for all."""
_SHORTLIST = 1_000
_AT_ONCE = 100
_LEVELS = 5


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
    recall = _by_vectors(known, found)
    peer = (time.perf_counter() - begun) * MENTEES / SAMPLE
    progress(f"matching: candidates by faiss {peer:.1f} s, recall {recall:.3f}")
    searched = Result(
        "candidates_100k",
        "s",
        product,
        None,
        peer,
        f"exact; the peer (faiss, flat, the best {_SHORTLIST:,} scored again) finds {recall:.1%} of it, "
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


def _by_vectors(known: Features, found: Candidates) -> float:
    """The usual way: the mentors nearest to each mentee, scored again in numpy. The share of `found` among them.

    Skills, words, industry and seniority are a product of two vectors, whose greatest faiss finds exactly. The second
    look adds languages and hours, and takes back what a likeness beyond the fullest counts in a product.
    """
    mentors, hits, all_of_them = known.mentors, 0, 0
    vectors, words = _vectors(known), mentors.topics.toarray().astype(np.float32)
    faiss.omp_set_num_threads(1)
    nearest = faiss.IndexFlatIP(vectors.shape[1])
    nearest.add(vectors)
    mentors_free, spoken = _half_hours(known, of_mentors=True), mentors.languages.toarray()
    for first in range(0, SAMPLE, _AT_ONCE):
        rows = np.arange(first, first + _AT_ONCE)
        some = known.mentees.of(rows)
        goals = some.goals.toarray() / FULL_LIKENESS
        rough, short = nearest.search(_questions(known, some, goals), _SHORTLIST)
        likeness = np.einsum("iw,ijw->ij", goals, words[short])
        language = np.minimum(some.languages.toarray()[:, None, :], spoken[short]).max(axis=2) / 5
        free = _half_hours(known, of_mentors=False, rows=rows)
        minutes = 30 * np.einsum("ih,ijh->ij", free, mentors_free[short])
        knows = some.knows_free[:, None] & mentors.knows_free[short]
        total = rough - 3 * np.maximum(0, likeness - 1) + 2 * language
        total += 2 * knows * np.minimum(1, minutes / ENOUGH_MINUTES)
        score = total / (7 + 3 * (np.diff(some.goals.indptr)[:, None] > 0) + 2 * knows)
        listed = short[np.arange(_AT_ONCE)[:, None], np.argpartition(-score, DEFAULT_LIST, axis=1)[:, :DEFAULT_LIST]]
        of_some = (found.mentee_index >= rows[0]) & (found.mentee_index <= rows[-1])
        exact = cell_number(found.mentee_index[of_some], found.mentor_index[of_some], len(mentors.members))
        hits += int(np.isin(exact, cell_number(rows[:, None], listed, len(mentors.members)).ravel()).sum())
        all_of_them += len(exact)
    return hits / all_of_them


def _vectors(known: Features) -> NDArray[np.float32]:
    """Of each mentor: what they offer, their words, their industry and seniority, side by side."""
    mentors = known.mentors
    offers = mentors.offers.toarray() > 0
    return np.hstack(
        (offers, mentors.topics.toarray(), _industries(known, mentors), np.eye(_LEVELS)[mentors.seniority])
    )


def _questions(known: Features, some: People, goals: NDArray[np.float64]) -> NDArray[np.float32]:
    """Of each mentee: what the same columns count."""
    fit = np.array(SENIORITY_FIT[Format.ONE_TO_ONE]) / FULL
    seeks = (some.seeks.toarray() > 0) / np.maximum(1, np.diff(some.seeks.indptr))[:, None]
    levels = fit[np.arange(_LEVELS)[None, :] - some.seniority[:, None] + 4]
    return np.hstack((3 * seeks, 3 * goals, _industries(known, some), levels))


def _industries(known: Features, people: People) -> NDArray[np.bool_]:
    industries = np.unique(known.mentors.industry)
    return np.equal.outer(people.industry, industries)


def _half_hours(known: Features, *, of_mentors: bool, rows: NDArray[np.int64] | None = None) -> NDArray[np.float32]:
    people = known.mentors if of_mentors else known.mentees
    chosen = np.arange(len(people.members)) if rows is None else rows
    free = np.zeros((len(chosen), 7 * 48), np.float32)
    for at, row in enumerate(chosen):
        for start, end in people.free.bounds[people.free.start[row] : people.free.start[row + 1]]:
            free[at, start // 30 : end // 30] = 1
    return free
