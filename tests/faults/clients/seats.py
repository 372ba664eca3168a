"""Guests who register for an event with few seats, wait, take what is offered, and cancel."""

import random
from dataclasses import dataclass, field

from tests.faults.clients.good_client import GoodClient
from tests.faults.clients.people import People


@dataclass(slots=True)
class SeatsAsked:
    """What was acknowledged: the registrations, by whom; those that were cancelled, and those that were taken."""

    made: dict[str, str] = field(default_factory=dict)
    cancelled: set[str] = field(default_factory=set)
    taken: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Guests:
    """Some of the guests, who act one after the other; others act at the same time."""

    client: GoodClient
    people: People
    guests: list[str]
    rng: random.Random
    done: SeatsAsked
    _standing: dict[str, str] = field(default_factory=dict)
    """By guest, the registration that they have."""

    def act(self) -> None:
        guest = self.rng.choice(self.guests)
        standing = self._standing.get(guest)
        if standing is None:
            answer = self.client.ask(guest, "POST", "events", f"/v1/events/{self.people.event}/registrations", {})
            if answer.good:
                self._standing[guest] = answer.body["id"]
                self.done.made[answer.body["id"]] = guest
            return
        path = f"/v1/registrations/{standing}"
        if self.rng.random() < 0.5:
            if self.client.ask(guest, "DELETE", "events", path).good:
                self.done.cancelled.add(standing)
                del self._standing[guest]
        elif self.client.ask(guest, "POST", "events", f"{path}/accept-offer").good:
            self.done.taken.add(standing)
