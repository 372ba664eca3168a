"""A chapter or interest group. Who belongs to it stands with each member."""

from dataclasses import dataclass
from datetime import datetime

from services.profiles.domain.text import LONGEST, beginnings, whole, words


@dataclass(frozen=True, slots=True)
class Group:
    """`kind` is `chapter` or `interest`; an archived one takes no more members and keeps those it has."""

    id: str
    tenant: str
    version: int
    updated_at: datetime
    name: str
    kind: str
    description: str | None = None
    archived: bool = False

    @property
    def terms(self) -> tuple[str, ...]:
        """What it is found by: its words, and their beginnings."""
        return tuple(dict.fromkeys(beginnings(words(self.name))))


def searched(text: str) -> tuple[str, ...]:
    """The terms that a group must have, all of them, to be found by this text; a text without a word finds none."""
    return tuple(word[:LONGEST] for word in words(text)) or (whole(text),)
