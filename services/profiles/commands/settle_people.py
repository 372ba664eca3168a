"""Finds out who is meant wherever some keys are involved, and announces whoever changes by it."""

import dataclasses
from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType

from services.profiles.commands.announce_member import announce_all
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
    changed: Collection[Registration] = (),
    causes: Mapping[str, Transaction] = MappingProxyType({}),
) -> None:
    """Settles everything tied to the keys and to the registrations that have changed, which are not written yet.

    Called wherever records, or the keys of a registered member, have changed. `causes` has, by the id of a changed
    registration, the transaction on whose behalf its member is announced. Raises Invalid where a person would get more
    registrations than can be announced.
    """
    circle = gather(transaction, store, keys, changed)
    settlement = circle.settled(new_id)
    for member in settlement.members:
        if len(member.identifiers) > MOST_IDENTIFIERS:
            detail = f"The person has more than {MOST_IDENTIFIERS} registrations and other identifiers."
            raise Invalid([Fault("/person", detail)])
    store.identifiers.save(transaction.session, transaction.tenant, settlement.holdings)
    written = {each.id: each for each in (*changed, *settlement.registrations)}
    now = transaction.now
    store.registrations.put(
        transaction.session, [dataclasses.replace(each, updated_at=now) for each in written.values()]
    )
    because: dict[str, Transaction] = {}
    for identifier, cause in causes.items():
        for known in (circle.registrations[identifier], written[identifier]):
            if known.member_id is not None:
                because[known.member_id] = cause
    news = [(because.get(each.id, transaction), circle.members.get(each.id), each) for each in settlement.members]
    announce_all(transaction, store, news)


def gather(
    transaction: Transaction, store: Store, keys: Collection[Key], changed: Collection[Registration] = ()
) -> Circle:
    """All that is tied to the keys and the registrations, claimed for this transaction."""
    gathering = _Gathering(transaction, store, changed)
    gathering.follow(keys)
    return gathering.circle()


class _Gathering:
    """Follows keys to members and registrations, and these to further keys, until nothing new turns up."""

    def __init__(self, transaction: Transaction, store: Store, changed: Collection[Registration]) -> None:
        self._transaction = transaction
        self._store = store
        self._holdings: dict[Key, Holding] = {}
        self._members: dict[str, Member] = {}
        self._registrations: dict[str, Registration] = {each.id: each for each in changed}
        self._found_by: set[str] = set()
        self._looked_for: set[str] = set()
        self._merged: dict[str, str] = {}

    def circle(self) -> Circle:
        transaction = self._transaction
        return Circle(
            transaction.tenant,
            transaction.now,
            MappingProxyType(self._registrations),
            MappingProxyType(self._members),
            MappingProxyType(self._holdings),
            MappingProxyType(self._merged),
        )

    def follow(self, keys: Iterable[Key]) -> None:
        new_keys = set(keys)
        while True:
            new_keys -= self._holdings.keys()
            self._holdings.update(self._claimed(new_keys))
            new_members = self._members_wanted() - self._looked_for
            members = self._found(new_members)
            found_by = self._lookups() - self._found_by
            if not new_keys and not new_members and not found_by:
                return
            self._found_by |= found_by
            for each in self._store.registrations.tied(
                self._transaction.session,
                self._transaction.tenant,
                found_by=found_by,
                member_ids=new_members | {member.id for member in members},
            ):
                self._registrations.setdefault(each.id, each)
            new_keys = {key for member in members for key in member.keys} | {
                key for each in self._registrations.values() if each.told for key in each.told.keys
            }

    def _claimed(self, keys: Collection[Key]) -> Mapping[Key, Holding]:
        return self._store.identifiers.claim(self._transaction.session, self._transaction.tenant, keys)

    def _found(self, wanted: set[str]) -> list[Member]:
        """Those of them who are there, and in the place of those merged away who they are now."""
        self._looked_for |= wanted
        session, tenant = self._transaction.session, self._transaction.tenant
        found = list(self._store.members.among(session, tenant, wanted))
        if missing := wanted - {member.id for member in found}:
            survivors = self._store.merged.lookup.survivors(tenant, missing, session)
            self._merged |= {each: survivor for each, survivor in survivors.items() if survivor != each}
            further = {*survivors.values()} - self._looked_for
            self._looked_for |= further
            found += self._store.members.among(session, tenant, further)
        self._members.update((member.id, member) for member in found)
        return found

    def _members_wanted(self) -> set[str]:
        holders = {holding.member_id for holding in self._holdings.values()}
        owners = {
            owner for each in self._registrations.values() for owner in (each.member_id, each.stand_in, each.buyer)
        }
        return {each for each in holders | owners if each is not None}

    def _lookups(self) -> set[str]:
        """The records that name a key, and those of a buyer for somebody of a name that is known with the address."""
        named = [
            (each.keys, naming.folded(naming.whole(each.given_name, each.family_name)))
            for each in self._members.values()
        ]
        named += [(each.told.keys, each.told.folded_name) for each in self._registrations.values() if each.told]
        tied = _Tied(self._holdings)
        for keys, _ in named:
            tied.tie(keys)
        names: dict[Key, set[str]] = {}
        for keys, name in named:
            if keys and name:
                names.setdefault(tied.of(next(iter(keys))), set()).add(name)
        return {lookup(key) for key in self._holdings} | {
            buyer_lookup(key, name)
            for key in self._holdings
            if key.issuer == EMAIL
            for name in names.get(tied.of(key), ())
        }


class _Tied:
    """Which keys belong together, directly or through others: of strangers no pair has to be looked for."""

    def __init__(self, keys: Iterable[Key]) -> None:
        self._next = {key: key for key in keys}

    def of(self, key: Key) -> Key:
        """The one that stands for all that are tied to it."""
        while (following := self._next.setdefault(key, key)) != key:
            self._next[key] = self._next.setdefault(following, following)
            key = following
        return key

    def tie(self, keys: Collection[Key]) -> None:
        """They belong together."""
        first = None
        for key in keys:
            if first is None:
                first = self.of(key)
            else:
                self._next[self.of(key)] = first
