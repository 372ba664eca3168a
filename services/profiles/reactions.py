"""What profiles does on which message."""

from collections.abc import Callable
from functools import partial

from services.profiles.commands.know_participation import know_enrollment, know_registration
from services.profiles.commands.know_sources import keep_sources, know_sources
from services.profiles.commands.take_attendee_record import take_published, take_removed
from services.profiles.store import Store
from services.profiles.store.sources import EVENTS
from shared.contracts import matches, registrations
from shared.messaging.envelope import Message
from shared.messaging.projections import projection
from shared.messaging.reactions import Handle, Kind, Reaction
from shared.messaging.unit_of_work import Transaction

_ENROLLMENTS = [each.name for each in matches.TYPES if each.schema is matches.Enrollment]


def reactions(store: Store, *, strict_sources: bool = False) -> tuple[Reaction, ...]:
    """The table of contents: message type -> command.

    Sources are followed in any case, so that they are known when only those of the tenant's own begin to count.
    """
    published = partial(take_published, strict=strict_sources)
    removed = partial(take_removed, strict=strict_sources)

    def on(command: Callable[[Transaction, Store, Message], None]) -> Handle:
        return lambda transaction, message: command(transaction, store, message)

    return (
        Reaction("find-the-attendee", ("attendee.published.v1",), Kind.EFFECT, on(published)),
        Reaction("release-the-registration", ("attendee.removed.v1",), Kind.EFFECT, on(removed)),
        Reaction("know-registrations", [each.name for each in registrations.TYPES], Kind.EFFECT, on(know_registration)),
        Reaction("know-enrollments", _ENROLLMENTS, Kind.EFFECT, on(know_enrollment)),
        projection(
            "know-the-sources",
            ("event.published.v1", "event.updated.v1", "event.cancelled.v1", "event.finished.v1"),
            {EVENTS: "_id"},
            keep=partial(keep_sources, store),
            handle=partial(know_sources, store),
        ),
    )
