"""All clients at work, each in a thread of its own, until they are told to stop."""

import random
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from tests.faults.clients.asking import Asked, Pairing
from tests.faults.clients.good_client import GoodClient
from tests.faults.clients.people import People
from tests.faults.clients.readers import InboxesRead, Readers
from tests.faults.clients.seats import Guests, SeatsAsked
from tests.faults.clients.selves import Selves, SelvesChanged

_PAUSE = (0.5, 2.0)
"""Seconds between what one of them does and what comes next."""


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """What the clients were promised."""

    seats: SeatsAsked = field(default_factory=SeatsAsked)
    asked: Asked = field(default_factory=Asked)
    selves: SelvesChanged = field(default_factory=SelvesChanged)
    inboxes: InboxesRead = field(default_factory=InboxesRead)

    def counts(self) -> Mapping[str, int]:
        """By kind, how many writes."""
        became = Counter(self.asked.became.values())
        return {
            "registrations made": len(self.seats.made),
            "registrations cancelled": len(self.seats.cancelled),
            "offered seats taken": len(self.seats.taken),
            "requests made": len(self.asked.made),
            **{f"requests {state}": count for state, count in sorted(became.items())},
            "mentorships ended": len(self.asked.ended),
            "profiles changed": self.selves.times,
            "notifications read": len(self.inboxes.read),
        }


class ClientsAtWork:
    """Two threads for what people do to each other, one for what each does alone."""

    def __init__(self, client: GoodClient, people: People, seed: int) -> None:
        self.done = Acknowledged()
        self.failures: list[str] = []
        self._stop = threading.Event()
        rngs = [random.Random(f"{seed}/{number}") for number in range(6)]
        acts: list[Callable[[], None]] = []
        for guests, rng in zip(_halves(people.guests), rngs[:2], strict=True):
            acts.append(Guests(client, people, guests, rng, self.done.seats).act)
        for mentees, rng in zip(_halves(people.mentees), rngs[2:4], strict=True):
            acts.append(Pairing(client, people, mentees, rng, self.done.asked).act)
        acts.append(Selves(client, list(people.others), rngs[4], self.done.selves).act)
        everybody = [*people.guests, *people.mentors, *people.mentees]
        acts.append(Readers(client, everybody, rngs[5], self.done.inboxes).act)
        self._threads = [
            threading.Thread(target=self._work, args=(act, random.Random(f"{seed}/{number}/pause")), daemon=True)
            for number, act in enumerate(acts)
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Asks them to; each comes to the end of what it has in hand."""
        self._stop.set()

    def stopped(self) -> bool:
        return not any(thread.is_alive() for thread in self._threads)

    def _work(self, act: Callable[[], None], rng: random.Random) -> None:
        try:
            while not self._stop.wait(rng.uniform(*_PAUSE)):
                act()
        except Exception as error:  # told in the report, whatever it is
            self.failures.append(f"a client gave up: {type(error).__name__}: {error}")


def _halves(whole: Sequence[str]) -> list[list[str]]:
    middle = len(whole) // 2
    return [list(whole[:middle]), list(whole[middle:])]
