"""The same people give the same match in every process, in whatever order they come, by however many threads."""

import os
import subprocess
import sys

import pytest

PROGRAM = """
import dataclasses, hashlib, random, sys
from bench.population import population
from services.matching.domain.match_run import Mode, Objective
from services.matching.domain.visibility import visible_to_participants
from services.matching.engine.candidates import candidates, list_length
from services.matching.engine.explanations import Audience
from services.matching.engine.matching import Wanted, concluded, prepared
from services.matching.engine.pool import Criteria

order, threads, mode = random.Random(int(sys.argv[1])), int(sys.argv[2]), Mode(sys.argv[3])
pool = population(1_200)
mentors, mentees = list(pool.mentors), list(pool.mentees)
order.shuffle(mentors)
order.shuffle(mentees)
known = prepared(dataclasses.replace(pool, mentors=tuple(mentors), mentees=tuple(mentees)), Criteria(), (), 7)
found = candidates(known, Criteria(), 20, threads=threads)
wanted = Wanted(Objective.BEST_SCORE, mode)
match = concluded(
    known, Criteria(), found, wanted, list_length(known, 20), visible_to_participants, Audience.STAFF
)
print(len(match.pairs), hashlib.sha256(repr(match).encode()).hexdigest())
"""


@pytest.mark.parametrize("mode", ["welfare", "stable"])
def test_a_match_is_the_same_to_the_byte_in_every_process(mode: str) -> None:
    def matched(order: int, threads: int, hash_seed: str) -> str:
        command = [sys.executable, "-c", PROGRAM, str(order), str(threads), mode]
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout

    first = matched(1, 1, "0")
    assert int(first.split()[0]) > 1_000
    assert matched(2, 3, "42") == first
