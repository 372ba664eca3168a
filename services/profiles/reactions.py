"""What profiles does on which message."""

from collections.abc import Callable

from services.profiles.commands.know_participation import know_enrollment, know_registration
from services.profiles.commands.take_attendee_record import take_published, take_removed
from services.profiles.store import Store
from shared.contracts import matches, registrations
from shared.messaging.envelope import Message
from shared.messaging.reactions import Kind, Reaction
from shared.messaging.unit_of_work import Transaction

_ENROLLMENTS = [each.name for each in matches.TYPES if each.schema is matches.Enrollment]


def reactions(store: Store) -> tuple[Reaction, ...]:
    """The table of contents: message type -> command."""

    def on(command: Callable[[Transaction, Store, Message], None]) -> Callable[[Transaction, Message], None]:
        return lambda transaction, message: command(transaction, store, message)

    return (
        Reaction("find-the-attendee", ("attendee.published.v1",), Kind.EFFECT, on(take_published)),
        Reaction("release-the-registration", ("attendee.removed.v1",), Kind.EFFECT, on(take_removed)),
        Reaction("know-registrations", [each.name for each in registrations.TYPES], Kind.EFFECT, on(know_registration)),
        Reaction("know-enrollments", _ENROLLMENTS, Kind.EFFECT, on(know_enrollment)),
    )
