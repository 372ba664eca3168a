"""The same people get the same speed rounds in every process, in whatever order they come."""

import os
import subprocess
import sys

PROGRAM = """
import hashlib, random, sys
from dataclasses import replace
from services.events.scheduling.rounds import asked
from services.events.scheduling.speed_rounds import plan_rounds, replan_rounds
from tests.unit.events.scheduling.gatherings import people, wishes

order = random.Random(int(sys.argv[1]))
digest = hashlib.sha256()
for count, size in ((301, 2), (20, 2), (90, 5), (7, 2)):
    guests, worth = people(count), wishes(count, 12, 1)
    apart = [(f"p{n:05d}", f"p{n + 3:05d}") for n in range(0, count, 4)]
    for each in (guests, worth, apart):
        order.shuffle(each)
    told = asked(guests, 6, group_size=size, affinity=worth, forbidden=apart)
    plan = plan_rounds(told)
    leaves = told.leaves.copy()
    leaves[::9] = 3
    again = replan_rounds(plan, replace(told, leaves=leaves), 3)
    digest.update(plan.table.tobytes() + again.table.tobytes() + repr((plan.summary, again.summary)).encode())
print(digest.hexdigest())
"""


def test_a_plan_is_the_same_to_the_byte_in_every_process() -> None:
    def planned(order: int, hash_seed: str) -> str:
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
        command = [sys.executable, "-c", PROGRAM, str(order)]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout

    assert planned(1, "0") == planned(2, "42") != ""
