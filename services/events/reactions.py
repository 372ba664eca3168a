"""What events does on which message."""

from collections.abc import Sequence
from functools import partial
from typing import Protocol

from services.events.commands.know_member import know_members
from services.events.commands.take_record import take_messages
from services.events.store import Store
from shared.messaging.envelope import Message
from shared.messaging.reactions import Kind, Reaction
from shared.messaging.unit_of_work import Transaction


class _Command(Protocol):
    def __call__(self, store: Store, messages: Sequence[tuple[Transaction, Message]]) -> None: ...


def reactions(store: Store) -> tuple[Reaction, ...]:
    """All of them; the names are for good."""

    def of(name: str, types: Sequence[str], kind: Kind, command: _Command) -> Reaction:
        return Reaction(
            name,
            types,
            kind,
            lambda transaction, message: command(store, [(transaction, message)]),
            partial(command, store),
        )

    return (
        of(
            "take_attendee_record",
            ("attendee.published.v1", "attendee.removed.v1"),
            Kind.EFFECT,
            take_messages,
        ),
        of(
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
            know_members,
        ),
    )
