"""A schedule made in a process of its own, so that the other threads of this one go on meanwhile.

The flow's solver holds the interpreter lock until it is done, some ten seconds for 20,000 people. The memory that
it all takes is given back with the process.
"""

import pickle
import subprocess
import sys
from typing import IO, cast

from services.events.scheduling.schedule import At, scheduled
from services.events.scheduling.schedule_problem import Problem
from services.events.scheduling.schedule_result import Schedule

_MANY = 1_500
"""People: fewer take about a second."""


class Broken(Exception):
    """The process ended before it was done."""


def scheduled_apart(problem: Problem, at: At) -> Schedule:
    """As `scheduled`, of many people elsewhere. What `at` raises ends the work. Raises Broken."""
    if len(problem.people) < _MANY:
        return scheduled(problem, at)
    command = [sys.executable, "-m", __name__]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:  # noqa: S603 - ours
        asking, answering = cast(IO[bytes], process.stdin), cast(IO[bytes], process.stdout)
        try:
            pickle.dump(problem, asking)
            asking.close()
            while stage := answering.readline().decode().strip():
                at(stage)
            answer = answering.read()
        except BaseException:
            process.kill()
            raise
    if process.returncode or not answer:
        raise Broken(f"It ended with {process.returncode}.")
    schedule: Schedule = pickle.loads(answer)  # noqa: S301 - our own process wrote it  # nosec B301
    return schedule


def _tell(stage: str) -> None:
    sys.stdout.buffer.write(f"{stage}\n".encode())
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    asked: Problem = pickle.load(sys.stdin.buffer)  # noqa: S301 - our own process wrote it  # nosec B301
    made = scheduled(asked, _tell)
    sys.stdout.buffer.write(b"\n" + pickle.dumps(made))
