"""Which process is killed or paused when: by a seed, and by how far the stream is."""

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass

from tests.faults.fleet import Fleet, Role

PAUSE_SECONDS = {"web": 4.0, "worker": 15.0, "relay": 20.0}
"""Beyond a request, beyond a worker's session in its group (10 s), beyond a relay's lease (15 s)."""

_FIRST, _LAST = 0.04, 0.85
"""Of the stream: before and after it nothing happens, so that it begins and ends on its own."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing done to one process, once so much of the stream is on its way."""

    at: float
    process: str
    pause: float
    """Seconds; 0 is a kill."""

    def __str__(self) -> str:
        what = f"paused for {self.pause:g} s" if self.pause else "killed"
        return f"at {self.at:.0%} {self.process} {what}"


def make_schedule(seed: int, roles: Sequence[Role], rounds: int = 1) -> list[Fault]:
    """Every process killed once and paused once in each round, in an order that the seed decides."""
    rng = random.Random(seed)
    faults = []
    for _ in range(rounds):
        wanted = [(role, pause) for role in roles for pause in (0.0, PAUSE_SECONDS[role.role])]
        rng.shuffle(wanted)
        faults += wanted
    step = (_LAST - _FIRST) / len(faults)
    return [
        Fault(_FIRST + step * (number + 0.6 * rng.random()), role.name, pause)
        for number, (role, pause) in enumerate(faults)
    ]


class Running:
    """Carries a schedule out; `turn` is called again and again from the main thread."""

    def __init__(self, schedule: Sequence[Fault], fleet: Fleet) -> None:
        self._waiting = list(schedule)
        self._fleet = fleet
        self._resume_at: dict[str, float] = {}
        self.told: list[str] = []

    def turn(self, progress: float) -> None:
        """Does what is due at this progress, ends the pauses that are over, and brings back who has ended."""
        now = time.monotonic()
        for name in [name for name, until in self._resume_at.items() if until <= now]:
            del self._resume_at[name]
            if self._fleet[name].paused:
                self._fleet[name].resume()
        self._fleet.tend()
        for fault in [fault for fault in self._waiting if fault.at <= progress and self._can(fault)]:
            self._waiting.remove(fault)
            self._do(fault, now)
            self.told.append(str(fault))

    def done(self) -> bool:
        """Whether all was done and everybody runs."""
        return not self._waiting and not self._resume_at

    def _can(self, fault: Fault) -> bool:
        """One that has not come up since its last fault has its turn later: each fault meets a working process."""
        return self._fleet[fault.process].ready() and fault.process not in self._resume_at

    def _do(self, fault: Fault, now: float) -> None:
        process = self._fleet[fault.process]
        if fault.pause:
            process.pause()
            self._resume_at[fault.process] = now + fault.pause
        else:
            process.kill()
