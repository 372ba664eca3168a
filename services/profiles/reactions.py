"""What profiles does on which message."""

from functools import partial
from typing import Protocol

from services.profiles.commands.know_sources import keep_sources, know_sources
from services.profiles.commands.take_attendee_record import take_published, take_removed
from services.profiles.store import Store
from services.profiles.store.sources import EVENTS
from shared.messaging.envelope import Message
from shared.messaging.projections import projection
from shared.messaging.reactions import Handle, Kind, Reaction
from shared.messaging.unit_of_work import Transaction


class _Command(Protocol):
    def __call__(self, transaction: Transaction, store: Store, message: Message, *, strict: bool) -> None: ...


def reactions(store: Store, *, strict_sources: bool = False) -> tuple[Reaction, ...]:
    """The table of contents: message type -> command.

    Sources are followed in any case, so that they are known when only those of the tenant's own begin to count.
    """

    def on(command: _Command) -> Handle:
        return lambda transaction, message: command(transaction, store, message, strict=strict_sources)

    return (
        Reaction("find-the-attendee", ("attendee.published.v1",), Kind.EFFECT, on(take_published)),
        Reaction("release-the-registration", ("attendee.removed.v1",), Kind.EFFECT, on(take_removed)),
        projection(
            "know-the-sources",
            ("event.published.v1", "event.updated.v1", "event.cancelled.v1", "event.finished.v1"),
            {EVENTS: "_id"},
            keep=partial(keep_sources, store),
            handle=partial(know_sources, store),
        ),
    )
