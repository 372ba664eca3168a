"""Every topic and every message type, found by name."""

from collections.abc import Mapping
from types import MappingProxyType

from shared.contracts import (
    associations,
    attendees,
    blocks,
    dead,
    events,
    groups,
    matches,
    meetings,
    members,
    mentorships,
    notifications,
    privacy,
    programs,
    registrations,
)
from shared.contracts.message_type import PREFIX, MessageType
from shared.contracts.topic import OUTSIDE, Topic

__all__ = ["OUTSIDE", "PREFIX", "MessageType", "Topic", "all_topics", "all_types", "find", "get", "topic"]

_MODULES = (
    attendees,
    members,
    associations,
    groups,
    events,
    programs,
    blocks,
    registrations,
    meetings,
    matches,
    mentorships,
    notifications,
    privacy,
)
_TYPES: Mapping[str, MessageType] = MappingProxyType({each.name: each for module in _MODULES for each in module.TYPES})
_TOPICS: Mapping[str, Topic] = MappingProxyType(
    {each.name: each for each in (*(module.TOPIC for module in _MODULES), *dead.TOPICS)}
)


def find(name: str) -> MessageType | None:
    """The type of that name, with or without the prefix; None for one we do not know."""
    return _TYPES.get(name if name.startswith(PREFIX) else PREFIX + name)


def get(name: str) -> MessageType:
    """As `find`, for a name from our own code. Raises KeyError."""
    if (found := find(name)) is None:
        raise KeyError(f"There is no message type {name}.")
    return found


def all_types() -> tuple[MessageType, ...]:
    """Every message type, topic by topic."""
    return tuple(_TYPES.values())


def topic(name: str) -> Topic:
    """The topic of that name, without the broker's prefix. Raises KeyError."""
    return _TOPICS[name]


def all_topics() -> tuple[Topic, ...]:
    """Every topic, those for dead letters included."""
    return tuple(_TOPICS.values())
