"""Finds out who is meant wherever some keys are involved, and announces whoever changes by it."""

import dataclasses
from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType

from services.profiles.commands.announce_member import announce_changed, announce_new
from services.profiles.domain import naming
from services.profiles.domain.circle import Circle, Holding
from services.profiles.domain.member import EMAIL, Key, Member
from services.profiles.domain.registration import Registration, buyer_lookup, lookup
from services.profiles.store import Store
from shared.errors import Fault, Invalid
from shared.ids import new_id
from shared.messaging.unit_of_work import Transaction

MOST_IDENTIFIERS = 500
"""Of one member: an announcement carries them all, and each further registration is settled together with them."""


def settle_people(
    transaction: Transaction,
    store: Store,
    keys: Collection[Key],
    changed: Registration | None = None,
) -> None:
    """Settles everything tied to the keys and to the registration that has changed, which is not written yet.

    Called wherever a record, or the keys of a registered member, have changed. Raises Invalid where a person would get
    more registrations than can be announced.
    """
    circle = gather(transaction, store, keys, changed)
    settlement = circle.settled(new_id)
    for member in settlement.members:
        if len(member.identifiers) > MOST_IDENTIFIERS:
            detail = f"The person has more than {MOST_IDENTIFIERS} registrations and other identifiers."
            raise Invalid([Fault("/person", detail)])
    store.identifiers.save(transaction.session, transaction.tenant, settlement.holdings)
    written = {each.id: each for each in settlement.registrations}
    if changed is not None:
        written.setdefault(changed.id, changed)
    for each in written.values():
        store.registrations.put(transaction.session, dataclasses.replace(each, updated_at=transaction.now))
    for member in settlement.members:
        announce = announce_changed if member.id in circle.members else announce_new
        announce(transaction, store, member)


def gather(
    transaction: Transaction, store: Store, keys: Collection[Key], changed: Registration | None = None
) -> Circle:
    """All that is tied to the keys and the registration, claimed for this transaction."""
    gathering = _Gathering(transaction, store, changed)
    gathering.follow(keys)
    return gathering.circle()


class _Gathering:
    """Follows keys to members and registrations, and these to further keys, until nothing new turns up."""

    def __init__(self, transaction: Transaction, store: Store, changed: Registration | None) -> None:
        self._transaction = transaction
        self._store = store
        self._holdings: dict[Key, Holding] = {}
        self._members: dict[str, Member] = {}
        self._registrations: dict[str, Registration] = {} if changed is None else {changed.id: changed}
        self._found_by: set[str] = set()

    def circle(self) -> Circle:
        transaction = self._transaction
        return Circle(
            transaction.tenant,
            transaction.now,
            MappingProxyType(self._registrations),
            MappingProxyType(self._members),
            MappingProxyType(self._holdings),
        )

    def follow(self, keys: Iterable[Key]) -> None:
        new_keys = set(keys)
        while True:
            new_keys -= self._holdings.keys()
            self._holdings.update(self._claimed(new_keys))
            new_members = self._members_wanted() - self._members.keys()
            members = self._store.members.among(self._transaction.session, self._transaction.tenant, new_members)
            self._members.update((member.id, member) for member in members)
            found_by = self._lookups() - self._found_by
            if not new_keys and not new_members and not found_by:
                return
            self._found_by |= found_by
            for each in self._store.registrations.tied(
                self._transaction.session, self._transaction.tenant, found_by=found_by, member_ids=new_members
            ):
                self._registrations.setdefault(each.id, each)
            new_keys = {key for member in members for key in member.keys} | {
                key for each in self._registrations.values() if each.told for key in each.told.keys
            }

    def _claimed(self, keys: Collection[Key]) -> Mapping[Key, Holding]:
        return self._store.identifiers.claim(self._transaction.session, self._transaction.tenant, keys)

    def _members_wanted(self) -> set[str]:
        holders = {holding.member_id for holding in self._holdings.values()}
        owners = {owner for each in self._registrations.values() for owner in (each.member_id, each.stand_in)}
        return {each for each in holders | owners if each is not None}

    def _lookups(self) -> set[str]:
        """The records that name a key, and those of a buyer for somebody of a name that is known in the circle."""
        names = {naming.folded(naming.whole(each.given_name, each.family_name)) for each in self._members.values()}
        names |= {each.told.folded_name for each in self._registrations.values() if each.told}
        return {lookup(key) for key in self._holdings} | {
            buyer_lookup(key, name) for key in self._holdings if key.issuer == EMAIL for name in names if name
        }
