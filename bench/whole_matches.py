"""Whole matches, from what is known of people to their pairs, beside what one would take otherwise."""

import sys
import time
import warnings
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from bench.pairing import warm_up
from bench.population import population
from bench.result import Result
from services.matching.domain.match_run import Objective
from services.matching.engine import dense
from services.matching.engine.candidates import DEFAULT_LIST, candidates, list_length
from services.matching.engine.features import Features, features
from services.matching.engine.marks import cells
from services.matching.engine.matching import best_pairs
from services.matching.engine.pool import Criteria
from services.matching.engine.search import Question
from services.matching.engine.stability import stable

FORBIDDEN = -1


def run_10k(progress: Callable[[str], None]) -> list[Result]:
    """Seconds for 10,000 mentees, each way once."""
    warm_up()
    known = features(population(10_000).ordered(0))
    begun = time.perf_counter()
    found = candidates(known, Criteria())
    found, taken = best_pairs(known, Criteria(), found, DEFAULT_LIST, Objective.BEST_SCORE)
    product = time.perf_counter() - begun
    progress(f"matching: 10,000 mentees {product:.1f} s")
    begun = time.perf_counter()
    score = _every_score(known)
    seats = np.repeat(np.arange(len(known.mentors.members)), known.mentors.capacity)
    rows, columns = linear_sum_assignment(score[:, seats], maximize=True)
    best = int(score[rows, seats[columns]].sum())
    peer = time.perf_counter() - begun
    progress(f"matching: 10,000 mentees, scipy {peer:.1f} s")
    quality = int(found.score[taken].sum()) / best
    notes = f"{quality:.3%} of the optimum, which the peer (numpy, scipy.linear_sum_assignment) finds over all pairs"
    return [Result("match_10k", "s", product, None, peer, notes, higher_is_better=False)]


def run_1k(progress: Callable[[str], None]) -> list[Result]:
    """Seconds for a stable match of 1,000 mentees, each way once."""
    warm_up()
    known = features(population(1_000).ordered(0))
    begun = time.perf_counter()
    found, taken = stable(known, Criteria(), candidates(known, Criteria()), list_length(known, None))
    product = time.perf_counter() - begun
    begun = time.perf_counter()
    pairs = _by_matching(_every_score(known), known)
    peer = time.perf_counter() - begun
    progress(f"matching: 1,000 mentees {product:.2f} s, by the package matching {peer:.1f} s")
    ours = set(zip(found.mentee_index[taken].tolist(), found.mentor_index[taken].tolist(), strict=True))
    notes = f"stable pairs; {len(ours & pairs):,} of {len(ours):,} the same as the peer's (the package matching)"
    return [Result("match_1k", "s", product, None, peer, notes, higher_is_better=False)]


def _every_score(known: Features) -> NDArray[np.int64]:
    """Mentees x mentors, FORBIDDEN where the rules keep two apart."""
    nobody = cells(known.mentees.members, known.mentors.members, ())
    found = dense.search(Question(known, Criteria(), len(known.mentors.members), nobody))
    score = np.full(nobody.shape, FORBIDDEN, np.int64)
    score[found.mentee_index, found.mentor_index] = found.score
    return score


def _by_matching(score: NDArray[np.int64], known: Features) -> set[tuple[int, int]]:
    from matching.games import HospitalResident

    # It copies players deeply, along chains as long as there are players.
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(200_000)
    allowed = score != FORBIDDEN
    by_mentee, by_mentor = np.argsort(-score, axis=1, kind="stable"), np.argsort(-score, axis=0, kind="stable").T
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            game = HospitalResident.create_from_dictionaries(
                {f"e{i}": [f"m{j}" for j in by_mentee[i] if allowed[i, j]] for i in range(len(score))},
                {f"m{j}": [f"e{i}" for i in by_mentor[j] if allowed[i, j]] for j in range(score.shape[1])},
                {f"m{j}": int(seats) for j, seats in enumerate(known.mentors.capacity)},
            )
            solved = game.solve()
    finally:
        sys.setrecursionlimit(limit)
    return {(int(mentee.name[1:]), int(mentor.name[1:])) for mentor, mentees in solved.items() for mentee in mentees}
