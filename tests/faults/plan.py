"""What goes wrong in a long run, in which order: without end, the same for the same seed."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from tests.faults.fleet import Role
from tests.faults.schedule import PAUSE_SECONDS

BROKER, DATABASE = "broker", "database"
BACKENDS = (BROKER, DATABASE)


class Kind(Enum):
    """What may go wrong, as a report says it."""

    NOTHING = "nothing, to compare with"
    KILL = "process killed"
    PAUSE = "process paused"
    ZOMBIE = "relay paused beyond its lease"
    STORM = "workers restarted in quick succession"
    CLOCK = "clock of a process set"
    BACKEND_KILL = "server killed"
    HANG = "server hangs"
    SILENT = "network holds everything up"
    REFUSED = "network breaks everything off"
    SLOW = "network slow"
    DISK_FULL = "disk of the database full"


IN_A_ROUND = {
    Kind.NOTHING: 1,
    Kind.KILL: 4,
    Kind.PAUSE: 3,
    Kind.ZOMBIE: 1,
    Kind.STORM: 1,
    Kind.CLOCK: 2,
    Kind.BACKEND_KILL: 2,
    Kind.HANG: 1,
    Kind.SILENT: 2,
    Kind.REFUSED: 1,
    Kind.SLOW: 1,
    Kind.DISK_FULL: 1,
}
"""How often each comes in a round; a process has its turn again only when all others had theirs."""

_SECONDS = {
    Kind.ZOMBIE: (21.0, 26.0),
    Kind.STORM: (8.0, 15.0),
    Kind.CLOCK: (8.0, 15.0),
    Kind.BACKEND_KILL: (1.0, 12.0),
    Kind.HANG: (5.0, 25.0),
    Kind.SILENT: (5.0, 25.0),
    Kind.REFUSED: (3.0, 15.0),
    Kind.SLOW: (8.0, 15.0),
    Kind.DISK_FULL: (5.0, 10.0),
}
"""Short of and beyond what the services wait for: a session of 10 s, a lease of 15 s, a search of 10 s."""

_STEPS = (-90.0, -20.0, 20.0, 90.0)
"""Seconds by which a clock is set: what is due by a clock that is ahead comes so much late."""

_CALM = (0.5, 4.0)
_WATCHED = 8.0


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that goes wrong. `target`: a process, a service whose workers are meant, a server or the way to it."""

    kind: Kind
    target: str
    seconds: float
    """How long it lasts; 0: it is over at once."""
    calm: float
    """Seconds between when all flows again and what goes wrong next."""
    step: float = 0.0
    """By how many seconds a clock is set."""

    def __str__(self) -> str:
        what = f"{self.kind.value}: {self.target}"
        if self.step:
            what += f" by {self.step:+g} s"
        return f"{what} for {self.seconds:.0f} s" if self.seconds else what


def make_plan(seed: int, roles: Sequence[Role]) -> Iterator[Fault]:
    """Round after round, each kind in each of them, nothing first."""
    rng = random.Random(seed)
    names = [role.name for role in roles]
    doubled = {role.service for role in roles if role.role == "relay" and role.number > 1}
    decks = {
        Kind.NOTHING: ["all"],
        Kind.ZOMBIE: [role.name for role in roles if role.role == "relay" and role.service in doubled],
        Kind.STORM: sorted({role.service for role in roles if role.role == "worker"}),
        Kind.BACKEND_KILL: [*BACKENDS],
        Kind.HANG: [DATABASE, BROKER],
        Kind.SILENT: [*BACKENDS],
        Kind.REFUSED: [*BACKENDS],
        Kind.SLOW: [*BACKENDS],
        Kind.DISK_FULL: [DATABASE],
    }
    waiting: dict[Kind, list[str]] = {}
    kinds = [kind for kind, count in IN_A_ROUND.items() for _ in range(count)]
    while True:
        rng.shuffle(kinds)
        kinds.sort(key=lambda kind: kind is not Kind.NOTHING)
        for kind in kinds:
            deck = waiting.setdefault(kind, [])
            if not deck:
                deck += decks.get(kind, names)
                rng.shuffle(deck)
            target = deck.pop()
            step = rng.choice(_STEPS) if kind is Kind.CLOCK else 0.0
            yield Fault(kind, target, _duration(rng, kind, target), rng.uniform(*_CALM), step)


def make_kills(seed: int, roles: Sequence[Role]) -> Iterator[Fault]:
    """Every process killed, round after round, each time behind a while in which nothing is wrong."""
    rng = random.Random(seed)
    names = [role.name for role in roles]
    while True:
        rng.shuffle(names)
        for name in names:
            yield Fault(Kind.NOTHING, "all", _WATCHED, 0.0)
            yield Fault(Kind.KILL, name, 0.0, 0.0)


def _duration(rng: random.Random, kind: Kind, target: str) -> float:
    if kind is Kind.PAUSE:
        return PAUSE_SECONDS[target.split("-")[1]]
    return rng.uniform(*_SECONDS[kind]) if kind in _SECONDS else 0.0
