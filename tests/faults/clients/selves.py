"""Members who change what they say of themselves."""

import random
from dataclasses import dataclass, field

from tests.faults.clients.good_client import GoodClient


@dataclass(slots=True)
class SelvesChanged:
    """What was acknowledged: how often, and what each said last."""

    times: int = 0
    last: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Selves:
    """Each member is changed by one thread alone: what came last is known."""

    client: GoodClient
    members: list[str]
    rng: random.Random
    done: SelvesChanged

    def act(self) -> None:
        member = self.rng.choice(self.members)
        family_name = f"By Hand {self.done.times + 1}"
        if self.client.ask(member, "PATCH", "profiles", "/v1/members/me", {"family_name": family_name}).good:
            self.done.times += 1
            self.done.last[member] = family_name
