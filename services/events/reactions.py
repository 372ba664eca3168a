"""What events does on which message."""

from typing import Protocol

from services.events.commands.know_member import know_member
from services.events.commands.take_record import take_message
from services.events.store import Store
from shared.messaging.envelope import Message
from shared.messaging.reactions import Handle, Kind, Reaction
from shared.messaging.unit_of_work import Transaction


class _Command(Protocol):
    def __call__(self, transaction: Transaction, store: Store, message: Message) -> None: ...


def reactions(store: Store) -> tuple[Reaction, ...]:
    """All of them; the names are for good."""

    def of(command: _Command) -> Handle:
        return lambda transaction, message: command(transaction, store, message)

    return (
        Reaction(
            "take_attendee_record",
            ("attendee.published.v1", "attendee.removed.v1"),
            Kind.EFFECT,
            of(take_message),
        ),
        Reaction(
            "know_member",
            (
                "member.registered.v1",
                "member.updated.v1",
                "member.deactivated.v1",
                "member.merged.v1",
                "member.unmerged.v1",
                "member.erased.v1",
            ),
            Kind.PROJECTION,
            of(know_member),
        ),
    )
