"""What matching does on which message: a table of contents."""

from collections.abc import Callable, Sequence
from functools import partial

from services.matching.commands.copy_member import copy_member, read_texts
from services.matching.commands.follow_member import follow_member
from services.matching.commands.hear_met import hear_met
from services.matching.commands.hear_registration import hear_registration
from services.matching.commands.keep_defaults import keep_defaults
from services.matching.commands.name_group import name_group
from services.matching.store import Store, copies
from services.matching.themes.themes import Themes
from shared.contracts import associations, groups, members, registrations
from shared.messaging.envelope import Message
from shared.messaging.projections import one_by_one, projection
from shared.messaging.reactions import Handle, Kind, Reaction
from shared.messaging.unit_of_work import Transaction
from shared.storage import association_defaults, group_names, merges

Command = Callable[[Transaction, Store, Message], object]


def reactions(store: Store, themes: Themes) -> Sequence[Reaction]:
    """The reactions, bound to the store; `themes` says what the texts of members are about."""

    def of(command: Command) -> Handle:
        def handle(transaction: Transaction, message: Message) -> None:
            command(transaction, store, message)

        return handle

    heard = [each.name for each in registrations.TYPES]
    return (
        projection(
            "members",
            [each.name for each in members.TYPES],
            {copies.COLLECTION: "_id", merges.COLLECTION: "_id"},
            keep=one_by_one(of(lambda work, store, message: copy_member(work, store, themes, message))),
            handle=one_by_one(of(lambda work, store, message: follow_member(work, store, themes, message))),
            prepare=partial(read_texts, themes) if themes.found else None,
        ),
        projection(
            "groups",
            [each.name for each in groups.TYPES],
            {group_names.COLLECTION: "_id"},
            one_by_one(of(name_group)),
        ),
        projection(
            "associations",
            [each.name for each in associations.TYPES],
            {association_defaults.COLLECTION: "_id"},
            one_by_one(of(keep_defaults)),
        ),
        store.erasures.reaction(),
        Reaction("registrations", heard, Kind.EFFECT, of(hear_registration)),
        Reaction("encounters", ("people.met.v1", "people.met_reverted.v1"), Kind.EFFECT, of(hear_met)),
    )
