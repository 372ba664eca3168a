"""What events does on which message."""

from functools import partial

from services.events.commands.follow_session import follow_session
from services.events.commands.keep_defaults import keep_defaults
from services.events.commands.know_blocks import keep_blocks, know_blocks
from services.events.commands.know_member import keep_members, know_members
from services.events.commands.know_program import know_program
from services.events.commands.name_group import name_group
from services.events.commands.take_record import take_messages
from services.events.store import Store
from services.events.store.event_programs import COLLECTION as EVENT_PROGRAMS
from services.events.store.people import IDENTIFIERS, MEMBERS
from shared.messaging.projections import one_by_one, projection
from shared.messaging.reactions import Kind, Reaction, effect_of_many
from shared.storage import association_defaults, group_names, kept_apart, merges


def reactions(store: Store, *, strict_sources: bool = False) -> tuple[Reaction, ...]:
    """All of them; the names are for good."""
    take = partial(take_messages, store, strict=strict_sources)
    return (
        effect_of_many("take_attendee_record", ("attendee.published.v1", "attendee.removed.v1"), take),
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
            {MEMBERS: "_id", IDENTIFIERS: "member_id", merges.COLLECTION: "_id"},
            keep=partial(keep_members, store),
            handle=partial(know_members, store),
        ),
        projection(
            "name_group",
            ("group.updated.v1",),
            {group_names.COLLECTION: "_id"},
            one_by_one(lambda transaction, message: name_group(transaction, store, message)),
        ),
        projection(
            "know_program",
            ("program.opened.v1", "program.updated.v1", "program.completed.v1"),
            {EVENT_PROGRAMS: "_id"},
            one_by_one(lambda transaction, message: know_program(transaction, store, message)),
        ),
        projection(
            "keep_defaults",
            ("association.updated.v1",),
            {association_defaults.COLLECTION: "_id"},
            one_by_one(lambda transaction, message: keep_defaults(transaction, store, message)),
        ),
        projection(
            "know_blocks",
            ("block.set.v1", "block.lifted.v1"),
            {kept_apart.COLLECTION: "_id"},
            one_by_one(lambda transaction, message: keep_blocks(transaction, store, message)),
            handle=one_by_one(lambda transaction, message: know_blocks(transaction, store, message)),
        ),
        store.erasures.reaction(),
        # No projection, though it keeps a copy: the key is the mentorship, and the newest of its messages tells of one
        # session only.
        Reaction(
            "follow_session",
            (
                "session.proposed.v1",
                "session.confirmed.v1",
                "session.changed.v1",
                "session.held.v1",
                "session.missed.v1",
                "session.cancelled.v1",
            ),
            Kind.EFFECT,
            lambda transaction, message: follow_session(transaction, store, message),
        ),
    )
