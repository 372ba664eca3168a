"""People of whom nothing is known yet are registered together: in a few statements, however many they are."""

import dataclasses
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from services.profiles.commands.announce_member import announce_all
from services.profiles.commands.register_member import new_member
from services.profiles.domain import naming
from services.profiles.domain.member import EMAIL, Identifier, Key, Profile
from services.profiles.domain.registration import buyer_lookup, lookup
from services.profiles.domain.verification import verified
from services.profiles.store import Store
from services.profiles.store.identifiers import FIRST
from shared.ids import new_id
from shared.messaging.unit_of_work import Transaction

P = TypeVar("P")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody to be registered. `keys` has the address of the profile, too."""

    profile: Profile
    keys: frozenset[Key]
    vouched: Collection[str]
    """The fields that the association's own system says by it."""

    @property
    def found_by(self) -> frozenset[str]:
        """Whatever a ticket that may be theirs is looked up by."""
        name = naming.folded(naming.whole(self.profile.get("given_name", ""), self.profile.get("family_name", "")))
        bought = (buyer_lookup(key, name) for key in self.keys if key.issuer == EMAIL)
        return frozenset((*map(lookup, self.keys), *bought))


def without_tickets(transaction: Transaction, store: Store, people: Mapping[P, Person]) -> Mapping[P, Person]:
    """Those of the people whom no ticket may be of."""
    wanted = {place: each.found_by for place, each in people.items()}
    tickets = store.registrations.tied(
        transaction.session, transaction.tenant, found_by=frozenset().union(*wanted.values()), member_ids=()
    )
    found = {text for each in tickets for text in each.found_by}
    return {place: each for place, each in people.items() if wanted[place].isdisjoint(found)}


def register_newcomers(transaction: Transaction, store: Store, newcomers: Collection[Person]) -> Sequence[str]:
    """The ids of the new members, in order: what `register_member` would make of each of them, one after the other.

    Raises Conflict where a key is known after all.
    """
    members = []
    owners: dict[Key, str] = {}
    # Members are listed in the order of their ids, and ids of one millisecond have none.
    ids = sorted(new_id() for _ in newcomers)
    for member_id, each in zip(ids, newcomers, strict=True):
        held = tuple(Identifier(*key, transaction.now, FIRST) for key in sorted(each.keys))
        member = dataclasses.replace(new_member(transaction, store, each.profile), id=member_id, identifiers=held)
        members.append(verified(None, member, each.vouched))
        owners |= dict.fromkeys(each.keys, member_id)
    store.identifiers.insert(transaction.session, transaction.tenant, owners)
    announce_all(transaction, store, [(transaction, None, member) for member in members])
    return ids
