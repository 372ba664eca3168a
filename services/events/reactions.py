"""What events does on which message."""

from typing import Protocol

from services.events.commands.know_member import keep_member, know_member
from services.events.commands.take_record import take_message
from services.events.store import Store
from services.events.store.people import IDENTIFIERS, MEMBERS
from shared.messaging.envelope import Message
from shared.messaging.projections import projection
from shared.messaging.reactions import Handle, Kind, Reaction
from shared.messaging.unit_of_work import Transaction


class _Command(Protocol):
    def __call__(self, transaction: Transaction, store: Store, message: Message) -> object: ...


def reactions(store: Store) -> tuple[Reaction, ...]:
    """All of them; the names are for good."""

    def of(command: _Command) -> Handle:
        def handle(transaction: Transaction, message: Message) -> None:
            command(transaction, store, message)

        return handle

    return (
        Reaction(
            "take_attendee_record",
            ("attendee.published.v1", "attendee.removed.v1"),
            Kind.EFFECT,
            of(take_message),
        ),
        projection(
            "know_member",
            (
                "member.registered.v1",
                "member.updated.v1",
                "member.deactivated.v1",
                "member.merged.v1",
                "member.unmerged.v1",
                "member.erased.v1",
            ),
            {MEMBERS: "_id", IDENTIFIERS: "member_id"},
            keep=of(keep_member),
            handle=of(know_member),
        ),
    )
