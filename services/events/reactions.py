"""What events does on which message."""

from functools import partial

from services.events.commands.know_member import keep_members, know_members
from services.events.commands.take_record import take_messages
from services.events.store import Store
from services.events.store.people import IDENTIFIERS, MEMBERS
from shared.messaging.projections import projection
from shared.messaging.reactions import Kind, Reaction


def reactions(store: Store, *, strict_sources: bool = False) -> tuple[Reaction, ...]:
    """All of them; the names are for good."""
    take = partial(take_messages, store, strict=strict_sources)
    return (
        Reaction(
            "take_attendee_record",
            ("attendee.published.v1", "attendee.removed.v1"),
            Kind.EFFECT,
            lambda transaction, message: take([(transaction, message)]),
            take,
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
            keep=partial(keep_members, store),
            handle=partial(know_members, store),
        ),
    )
