"""What profiles does on which message."""

from collections.abc import Callable

from services.profiles.commands.take_attendee_record import take_published, take_removed
from services.profiles.store import Store
from shared.messaging.envelope import Message
from shared.messaging.reactions import Kind, Reaction
from shared.messaging.unit_of_work import Transaction


def reactions(store: Store) -> tuple[Reaction, ...]:
    """The table of contents: message type -> command."""

    def on(command: Callable[[Transaction, Store, Message], None]) -> Callable[[Transaction, Message], None]:
        return lambda transaction, message: command(transaction, store, message)

    return (
        Reaction("find-the-attendee", ("attendee.published.v1",), Kind.EFFECT, on(take_published)),
        Reaction("release-the-registration", ("attendee.removed.v1",), Kind.EFFECT, on(take_removed)),
    )
