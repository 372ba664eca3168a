"""What matching does on which message: a table of contents."""

from collections.abc import Callable, Sequence

from services.matching.commands.copy_member import copy_member
from services.matching.commands.hear_registration import hear_registration
from services.matching.store import Store
from shared.contracts import members, registrations
from shared.messaging.envelope import Message
from shared.messaging.reactions import Kind, Reaction
from shared.messaging.unit_of_work import Transaction

Command = Callable[[Transaction, Store, Message], None]


def reactions(store: Store) -> Sequence[Reaction]:
    """The reactions, bound to the store."""

    def told(name: str, types: Sequence[str], kind: Kind, command: Command) -> Reaction:
        return Reaction(name, types, kind, lambda transaction, message: command(transaction, store, message))

    return (
        told("members", [each.name for each in members.TYPES], Kind.PROJECTION, copy_member),
        told("registrations", [each.name for each in registrations.TYPES], Kind.EFFECT, hear_registration),
    )
