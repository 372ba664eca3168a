"""Members who look into their inbox and read what is there."""

import random
from dataclasses import dataclass, field

from tests.faults.clients.good_client import GoodClient


@dataclass(slots=True)
class InboxesRead:
    """What was acknowledged: the notifications that were read, and how often an inbox was shown."""

    read: set[str] = field(default_factory=set)
    shown: int = 0


@dataclass(slots=True)
class Readers:
    client: GoodClient
    members: list[str]
    rng: random.Random
    done: InboxesRead

    def act(self) -> None:
        member = self.rng.choice(self.members)
        shown = self.client.ask(member, "GET", "notifications", "/v1/inbox?limit=20")
        if not shown.good:
            return
        self.done.shown += 1
        unread = [item["id"] for item in shown.body["items"] if item["read_at"] is None]
        for notification in unread[:2]:
            if self.client.ask(member, "POST", "notifications", f"/v1/inbox/{notification}/read").good:
                self.done.read.add(notification)
