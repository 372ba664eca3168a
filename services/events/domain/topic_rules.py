"""The numbers that topics of an event go by."""

from dataclasses import dataclass

MINUTES = 30
GROUP_MINUTES = 45
GROUP_SIZE = 4
REMINDER_MINUTES = 15


@dataclass(frozen=True, slots=True)
class TopicRules:
    """As the organizer has them; all times in minutes."""

    minutes: int = MINUTES
    """How long a topic for one other person takes, where it is in no slot."""
    group_minutes: int = GROUP_MINUTES
    """The same of one for a group."""
    group_size: int = GROUP_SIZE
    """How many can join a group at most, the host not counted."""
    reminder_minutes: int = REMINDER_MINUTES
    """How long before its start those who come are reminded; until then a moved topic keeps places for who decides."""


USUAL = TopicRules()
"""Until the organizer says otherwise."""
