"""What a service says of an act: how the thing stands for this person, and what doing it is."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pymongo.client_session import ClientSession

from shared.contracts.acts import Act
from shared.messaging.unit_of_work import Transaction

Entry = Mapping[str, str]
"""What somebody entered into the fields, by their names; what was left out is not there."""


class Standing(StrEnum):
    """Whether there is something left to do."""

    OPEN = "open"
    DONE = "done"
    """This person has done just this."""
    OVER = "over"
    """It came to something else."""


class Kind(StrEnum):
    """How a field is filled in."""

    TEXT = "text"
    LINE = "line"
    RATING = "rating"
    """From 1 to 5."""
    CHOICE = "choice"
    TICK = "tick"


@dataclass(frozen=True, slots=True)
class Field:
    """Something to fill in. The block `label_NAME` of the texts names it, and `NAME_OPTION` each of its options."""

    name: str
    kind: Kind
    options: Sequence[str] = ()
    longest: int | None = None


@dataclass(frozen=True, slots=True)
class Quote:
    """Words that members wrote; the block `label_NAME` of the texts says what they are."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Asked:
    """By whom, of what; within a transaction, or else as it is."""

    act: Act
    tenant: str
    member_id: str
    """Who that member is now, if they were merged into another."""
    subject_id: str
    now: datetime
    session: ClientSession | None = None


@dataclass(frozen=True, slots=True)
class Sight:
    """What the person may see of the thing.

    `values` are what its texts speak of; `zone` is the time zone that moments are told in. `seen` is what the person
    agrees to by pressing the button, where it may change in the meantime: a version, say.
    """

    standing: Standing
    values: Mapping[str, object]
    quotes: Sequence[Quote] = ()
    fields: Sequence[Field] = ()
    seen: str = ""
    zone: str | None = None


def _unnamed(_error: Exception, _asked: Asked) -> str | None:
    return None


def _no_way(_error: Exception) -> Sequence[Field]:
    return ()


@dataclass(frozen=True, slots=True)
class PageAct:
    """`texts` is the file with the blocks `title`, `body`, `button`, `done`, `already` and `over`.

    `look` raises NotFound for whoever is to know nothing of it. `perform` is the API's own command, and raises what
    that raises; it is called only where it stands open, in the transaction in which that was seen.

    `refusal` says which block of `refusals.jinja` speaks of an error; None: it is only said that it is not possible.
    `beyond` is what the person may fill in to get beyond an error.
    """

    act: Act
    texts: str
    look: Callable[[Asked], Sight]
    perform: Callable[[Transaction, Asked, Sight, Entry], object]
    refusal: Callable[[Exception, Asked], str | None] = _unnamed
    beyond: Callable[[Exception], Sequence[Field]] = _no_way
