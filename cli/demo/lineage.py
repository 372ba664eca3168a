"""Which message brought about which, and whom each is about: learned from the messages themselves."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from shared.contracts.message_type import PREFIX
from shared.messaging.envelope import Message

_PEOPLE = ("member_id", "mentee_id", "mentor_id", "from_id", "to_id")
_DEEPEST = 6
_KEY = 6


@dataclass(frozen=True, slots=True)
class Line:
    """A message as the screen shows it. `depth` counts the messages that led to it; `cause` is the last of them."""

    kind: str
    topic: str
    key: str
    """Its last characters: the ids of one moment all begin alike."""
    about: str
    writer: str
    depth: int
    cause: str | None


@dataclass(slots=True)
class Lineage:
    """Remembers kinds, depths and names; fed with every message in the order of its coming."""

    _kinds: dict[str, tuple[str, int]] = field(default_factory=dict)
    _names: dict[str, str] = field(default_factory=dict)

    def add(self, message: Message) -> Line:
        """The line of this message; from now on others can name it as their cause."""
        data = message.data or {}
        if message.topic == "members.v1":
            self._names[message.key] = _person(data) or "somebody without a name"
        # A mail goes out on its own time: what it tells of is its cause.
        cause, above = self._kinds.get(message.causation_id or str(data.get("message_id")), (None, -1))
        kind = short_kind(message.type)
        depth = min(above + 1, _DEEPEST)
        self._kinds[message.id] = (kind, depth)
        return Line(kind, message.topic, message.key[-_KEY:], self._about(message, data), writer(message), depth, cause)

    def name(self, member_id: str) -> str:
        """The member's name, once known; else the end of the id."""
        return self._names.get(member_id, member_id[-_KEY:])

    def _about(self, message: Message, data: Mapping[str, Any]) -> str:
        if message.topic == "members.v1":
            return self.name(message.key)
        if message.topic == "attendees.v1":
            ticket = data.get("source_registration_id", "")
            return f"{_person(data.get('person', {})) or 'nameless'}, {ticket} {data.get('status', '')}"
        people = list(dict.fromkeys(self.name(data[role]) for role in _PEOPLE if data.get(role)))
        return " and ".join(people) or str(data.get("name") or message.key[-_KEY:])


def short_kind(kind: str) -> str:
    """`org.ithaca.member.registered.v1` -> `member.registered`."""
    return kind.removeprefix(PREFIX).removesuffix(".v1")


def writer(message: Message) -> str:
    """The service that published it, or the host of an outside system."""
    target = urlsplit(message.source)
    return target.hostname or target.path.rpartition("/")[2]


def _person(data: Mapping[str, Any]) -> str:
    parts = (data.get("given_name"), data.get("family_name"))
    return " ".join(part for part in parts if part) or str(data.get("name") or "")
