"""The stage of the demo: who is on it, what was seen on the topics, and waiting for what has to come."""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from cli.demo.failure import NotSeen
from cli.demo.http import Json
from cli.demo.lineage import Lineage, short_kind
from cli.demo.mails import Mails
from cli.demo.people import Person
from cli.demo.screen import Screen
from cli.demo.tail import Tail
from cli.demo.ticket_shop import Order, TicketShop
from shared.contracts.message_type import PREFIX
from shared.messaging.envelope import Message

T = TypeVar("T")

BOUND = 60.0
"""Seconds within which each thing has to be seen."""

_LOOK = 0.2


@dataclass(slots=True)
class Play:
    """Everything the steps share. What one step learns and a later one needs stands here."""

    screen: Screen
    tail: Tail
    shop: TicketShop
    mails: Mails
    orders: dict[str, Order]
    """The shop's orders by code."""
    enter: Callable[[str, str], Person]
    """Lets a member onto the stage: first name and member id."""
    coordinator: Person
    organizer: Person
    people: dict[str, Person] = field(default_factory=dict)
    """Members by first name."""
    event_id: str = ""
    program_id: str = ""
    mentorship_id: str = ""
    """The mentorship that the match run led to."""
    messages: list[Message] = field(default_factory=list)
    """Every message of the tenant so far."""
    lineage: Lineage = field(default_factory=Lineage)
    bound: float = BOUND
    _from: int = 0

    def begin(self, number: int, of: int, title: str) -> None:
        """A step begins; what comes from now on counts as seen in it."""
        self._listen(0)
        self._from = len(self.messages)
        self.screen.step(number, of, title)

    def until(self, what: str, condition: Callable[[], T | None], seen: Callable[[], object] = lambda: None) -> T:
        """What `condition` gives once it is neither None nor false. Raises NotSeen after the bound.

        `seen` tells what there was instead; without it, which messages came in this step.
        """
        deadline = time.monotonic() + self.bound
        while not (found := condition()):
            if time.monotonic() > deadline:
                raise NotSeen(f"{what} within {self.bound:.0f} seconds", str(seen() or self._came()))
            self._listen(_LOOK)
        return found

    def expect(self, kind: str, count: int = 1, **where: Any) -> list[Message]:
        """At least `count` messages of that kind whose data holds `where`, in this step or before. Raises NotSeen."""

        def matching() -> list[Message] | None:
            found = [message for message in self.messages if _matches(message, kind, where)]
            return found if len(found) >= count else None

        named = ", ".join(f"{name} {self._named(name, value)}" for name, value in where.items())
        what = f"{count} x {kind}" if count > 1 else kind
        return self.until(f"{what} ({named})" if named else what, matching)

    def require(self, what: str, held: bool, instead: object) -> None:
        """Something that must hold at once. Raises NotSeen."""
        if not held:
            raise NotSeen(what, str(instead))

    def member(self, member_id: str) -> Person:
        """The member on the stage with that id. Raises NotSeen."""
        for person in self.people.values():
            if person.id == member_id:
                return person
        raise NotSeen("a member of the story", self.lineage.name(member_id))

    def _named(self, field_name: str, value: Any) -> str:
        return self.lineage.name(value) if field_name.endswith("_id") and isinstance(value, str) else str(value)

    def _listen(self, seconds: float) -> None:
        for message in self.tail.poll(seconds):
            self.messages.append(message)
            self.screen.message(self.lineage.add(message))
            if message.topic.startswith("dead."):
                service = message.topic.removeprefix("dead.")
                raise NotSeen(
                    f"{service} to handle {short_kind(message.type)}",
                    f"a dead letter; see `ithaca dead list --service {service}`",
                )

    def _came(self) -> str:
        came = Counter(short_kind(message.type) for message in self.messages[self._from :])
        return ", ".join(f"{count} x {kind}" for kind, count in sorted(came.items())) or "no message at all"


def _matches(message: Message, kind: str, where: dict[str, Any]) -> bool:
    data = message.data or {}
    return message.type == f"{PREFIX}{kind}.v1" and all(data.get(name) == value for name, value in where.items())


def items(answer: Json) -> Sequence[Json]:
    """The items of a list's answer."""
    found: list[Json] = answer["items"]
    return found
