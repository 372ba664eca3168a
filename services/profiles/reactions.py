"""What profiles does on which message."""

from collections.abc import Sequence
from functools import partial

from services.profiles.commands.know_participation import know_enrollments, know_registrations
from services.profiles.commands.know_sources import keep_sources, know_sources
from services.profiles.commands.take_attendee_record import take_published, take_removed
from services.profiles.store import Store
from services.profiles.store.sources import EVENTS
from shared.contracts import matches, registrations
from shared.messaging.projections import projection
from shared.messaging.reactions import HandleMany, Kind, Reaction

_REGISTRATIONS = [each.name for each in registrations.TYPES]
_ENROLLMENTS = [each.name for each in matches.TYPES if each.schema is matches.Enrollment]


def reactions(store: Store, *, strict_sources: bool = False) -> tuple[Reaction, ...]:
    """The table of contents: message type -> command.

    Sources are followed in any case, so that they are known when only those of the tenant's own begin to count.
    """
    published = partial(take_published, store, strict=strict_sources)
    removed = partial(take_removed, store, strict=strict_sources)
    return (
        _together("find-the-attendee", ["attendee.published.v1"], published),
        _together("release-the-registration", ["attendee.removed.v1"], removed),
        _together(
            "know-registrations", [each.name for each in registrations.TYPES], partial(know_registrations, store)
        ),
        _together("know-enrollments", _ENROLLMENTS, partial(know_enrollments, store)),
        projection(
            "know-the-sources",
            ("event.published.v1", "event.updated.v1", "event.cancelled.v1", "event.finished.v1"),
            {EVENTS: "_id"},
            keep=partial(keep_sources, store),
            handle=partial(know_sources, store),
        ),
    )


def _together(name: str, types: Sequence[str], handle: HandleMany) -> Reaction:
    return Reaction(name, types, Kind.EFFECT, lambda transaction, message: handle([(transaction, message)]), handle)
