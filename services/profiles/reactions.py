"""What profiles does on which message."""

from functools import partial

from services.profiles.commands.follow_erasure import follow_erasure
from services.profiles.commands.know_blocks import know_blocks
from services.profiles.commands.know_earnings import TYPES as EARNINGS
from services.profiles.commands.know_earnings import know_earnings
from services.profiles.commands.know_met import know_met
from services.profiles.commands.know_participation import (
    know_enrollments,
    know_mentorships,
    know_registrations,
)
from services.profiles.commands.know_sources import keep_sources, know_sources
from services.profiles.commands.take_attendee_record import take_published, take_removed
from services.profiles.store import Store
from services.profiles.store.sources import EVENTS
from shared.contracts import blocks, matches, mentorships, registrations
from shared.contracts.relationship import Mentorship
from shared.messaging.projections import one_by_one, projection
from shared.messaging.reactions import Kind, Reaction, effect_of_many
from shared.storage.kept_apart import COLLECTION as KEPT_APART

_REGISTRATIONS = [each.name for each in registrations.TYPES]
_ENROLLMENTS = [each.name for each in matches.TYPES if each.schema is matches.Enrollment]

_MENTORSHIPS = [each.name for each in mentorships.TYPES if issubclass(each.schema or object, Mentorship)]


def reactions(store: Store, *, strict_sources: bool = False) -> tuple[Reaction, ...]:
    """The table of contents: message type -> command.

    Sources are followed in any case, so that they are known when only those of the tenant's own begin to count.
    """
    published = partial(take_published, store, strict=strict_sources)
    removed = partial(take_removed, store, strict=strict_sources)
    return (
        effect_of_many("find-the-attendee", ["attendee.published.v1"], published),
        effect_of_many("release-the-registration", ["attendee.removed.v1"], removed),
        effect_of_many(
            "know-registrations", [each.name for each in registrations.TYPES], partial(know_registrations, store)
        ),
        effect_of_many("know-enrollments", _ENROLLMENTS, partial(know_enrollments, store)),
        Reaction(
            "follow-erasures",
            ["erasure.completed.v1"],
            Kind.EFFECT,
            lambda transaction, message: follow_erasure(transaction, store, message),
        ),
        effect_of_many("know-mentorships", _MENTORSHIPS, partial(know_mentorships, store)),
        Reaction(
            "know-met",
            ["people.met.v1", "people.met_reverted.v1"],
            Kind.EFFECT,
            lambda transaction, message: know_met(transaction, store, message),
        ),
        effect_of_many("know-earnings", EARNINGS, partial(know_earnings, store)),
        projection(
            "know-blocks",
            [each.name for each in blocks.TYPES],
            {KEPT_APART: "_id"},
            one_by_one(lambda transaction, message: know_blocks(transaction, store, message)),
        ),
        projection(
            "know-the-sources",
            ("event.published.v1", "event.updated.v1", "event.cancelled.v1", "event.finished.v1"),
            {EVENTS: "_id"},
            keep=partial(keep_sources, store),
            handle=partial(know_sources, store),
        ),
    )
