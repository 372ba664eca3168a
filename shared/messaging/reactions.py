"""What a service does on which message, declared: the table of contents that `services/*/reactions.py` holds."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache

from shared.contracts import registry
from shared.contracts.topic import Topic
from shared.messaging.envelope import Message
from shared.messaging.unit_of_work import Transaction

Handle = Callable[[Transaction, Message], None]
"""Makes the effect, all of it through the transaction; it may run several times until one commit succeeds.

Raises `shared.errors.Invalid` where the message can never be handled: it is put aside as dead at once, with the
faults. Anything else it raises counts as a failing handler and is tried again.
"""


Caused = tuple[Transaction, Message]
"""A message, and the transaction on behalf of it."""

HandleMany = Callable[[Sequence[Caused]], None]
"""Makes the effects of many messages at once, in their order, where one at a time would cost a round trip each.

All the transactions are the same one, each on behalf of its own message's tenant and cause. As `Handle`; one that
raises has its batch split until the culprit is alone.
"""


Prepare = Callable[[Sequence[Message]], None]
"""Does what takes long and no transaction, such as asking a model, and remembers the answer for the handler.

Asked before the transaction, maybe several times, of the newest message of each key if that is newer than what was
applied. What it raises decides nothing: the handler, which works without it, meets it, too.
"""


class Kind(Enum):
    """How a reaction is kept from being applied twice or out of order."""

    PROJECTION = "projection"
    """Keeps a copy of someone's state: only a strictly newer version of a key is applied, the newest is enough."""

    EFFECT = "effect"
    """Does something once: an inbox row for each message id."""


@dataclass(frozen=True, slots=True)
class Projection:
    """What a rebuild makes anew of a reaction; see `rebuild.py`."""

    collections: Mapping[str, str]
    """The collections that hold nothing but this copy, and the field of each that holds the message's key."""

    keep: HandleMany
    """Writes the states that messages carry into these collections, and does nothing else: it tells nobody."""

    pure: bool
    """Whether `keep` is all that the reaction does."""

    prepare: Prepare | None = None
    """What can be done before the transaction, since a transaction holds locks, and the server ends it at 60 s."""


@dataclass(frozen=True, slots=True)
class Reaction:
    """One reaction. The name is stable for good: it is part of what remembers the messages already handled."""

    name: str
    types: Sequence[str]
    kind: Kind
    handle: Handle
    handle_many: HandleMany | None = None
    """Used instead of `handle` wherever neighbors in a batch are all for this reaction."""

    projection: Projection | None = None
    """Of a projection made by `projections.projection`: what can be rebuilt."""

    apart: bool = False
    """Whether it has nothing to do with the others: in a batch its turn comes behind them, for all messages at once.

    A reaction to nearly everything would else stand between all neighbors that the others take together.
    """

    def guarded_by_version(self, message: Message) -> bool:
        """Whether the key's version decides, and not the message's id: projections, and all of a compacted topic."""
        return self.kind is Kind.PROJECTION or _topic(message.type).compacted

    def keeps_order(self, message: Message) -> bool:
        """Whether a message that fails holds up the later ones of its key; not where a later state simply wins."""
        return not self.guarded_by_version(message) and not _topic(message.type).latest_wins


def effect_of_many(name: str, types: Sequence[str], handle: HandleMany, *, apart: bool = False) -> Reaction:
    """An effect that many messages have at once, and one alone in the same way."""
    return Reaction(
        name, types, Kind.EFFECT, lambda transaction, message: handle([(transaction, message)]), handle, apart=apart
    )


@cache
def _topic(type_name: str) -> Topic:
    return registry.get(type_name).topic


def by_type(reactions: Sequence[Reaction]) -> dict[str, list[Reaction]]:
    """The reactions of each full type name. Raises LookupError for a type that no contract names."""
    table: dict[str, list[Reaction]] = {}
    for reaction in reactions:
        for type_name in reaction.types:
            table.setdefault(registry.get(type_name).name, []).append(reaction)
    return table
