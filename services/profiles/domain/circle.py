"""Registrations and members that are tied by keys, directly or through others, and who among them is whom."""

import dataclasses
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from services.profiles.domain.identity import Identities
from services.profiles.domain.member import AMS, Identifier, Key, Member
from services.profiles.domain.portrait import portrayed
from services.profiles.domain.registration import Registration


@dataclass(frozen=True, slots=True)
class Holding:
    """Who has a key now, and how often it has come to an owner."""

    member_id: str | None
    version: int


@dataclass(frozen=True, slots=True)
class Settlement:
    """A circle after everybody has been found: the members, registrations and holdings that differ from before."""

    members: Sequence[Member]
    registrations: Sequence[Registration]
    holdings: Mapping[Key, Holding]


@dataclass(frozen=True, slots=True)
class Circle:
    """All that is tied together. It must be complete: with a member all keys and registrations of the member."""

    tenant: str
    now: datetime
    registrations: Mapping[str, Registration]
    members: Mapping[str, Member]
    holdings: Mapping[Key, Holding]
    merged: Mapping[str, str] = field(default_factory=dict)
    """Who among those that registrations name was merged into another, and who that is now."""

    def settled(self, new_id: Callable[[], str]) -> Settlement:
        """Gives every registration to the member it means, and every member what the records say.

        Provisional members are made where needed, never merged or removed; a key goes where the records now say.
        """
        return _Settling(self, new_id).result()

    def holder(self, key: Key) -> Member | None:
        """The member who has the key."""
        holding = self.holdings.get(key)
        return None if holding is None or holding.member_id is None else self.members[holding.member_id]


class _Settling:
    def __init__(self, circle: Circle, new_id: Callable[[], str]) -> None:
        self._circle = circle
        self._new_id = new_id
        holders = {key: circle.holder(key) for key in circle.holdings}
        registered = {key: member for key, member in holders.items() if member and not member.provisional}
        self._identities = Identities(circle.registrations.values(), registered, circle.merged)
        self._members: dict[str, Member] = dict(circle.members)
        self._owned: dict[str, list[Registration]] = defaultdict(list)
        self._keys: dict[str, Collection[Key]] = {}
        """The keys of the provisional members that have registrations."""
        self._registrations: list[Registration] = []

    def result(self) -> Settlement:
        self._distribute()
        holdings = self._holdings()
        members = [self._after(member, holdings) for member in self._members.values()]
        before = self._circle
        return Settlement(
            [member for member in members if member != before.members.get(member.id)],
            [each for each in self._registrations if each != before.registrations[each.id]],
            {key: holding for key, holding in holdings.items() if holding != before.holdings.get(key)},
        )

    def _distribute(self) -> None:
        together: dict[Key, list[Registration]] = defaultdict(list)
        alone = []
        for each in sorted(self._circle.registrations.values(), key=lambda each: each.id):
            key = self._identities.of(each)
            if each.told is None:
                self._registrations.append(dataclasses.replace(each, member_id=None, buyer=None))
            elif key is None:
                alone.append(each)
            else:
                together[key].append(each)
        # Numbers first: an address follows its number.
        for key in sorted(together, key=lambda key: (key.issuer != AMS, key)):
            self._gather(key, together[key])
        for each in alone:
            if each.stand_in is not None and (survivor := self._circle.merged.get(each.stand_in)) is not None:
                # The stand-in stays what it was: when the merge is undone, the registration is theirs again.
                self._give(each, survivor, stand_in=each.stand_in)
                continue
            free = each.stand_in is not None and each.stand_in not in self._keys
            member_id = each.stand_in if each.stand_in is not None and free else self._made()
            self._keys[member_id] = frozenset()
            self._give(each, member_id, stand_in=member_id)

    def _gather(self, key: Key, registrations: Sequence[Registration]) -> None:
        member = self._identities.member(key)
        if member is not None:
            for each in registrations:
                buyer = self._buyer(each, member) if each.told and each.told.buyer_key else None
                self._give(each, member.id, stand_in=each.stand_in, buyer=buyer)
            return
        keys = self._identities.keys(key)
        found = next((each for each in self._candidates(key, keys, registrations) if self._is_free(each)), None)
        member_id = found or self._made()
        self._keys[member_id] = keys
        for each in registrations:
            self._give(each, member_id, stand_in=None if each.stand_in == member_id else each.stand_in)

    def _candidates(self, key: Key, keys: Collection[Key], registrations: Sequence[Registration]) -> Iterator[str]:
        """Provisional members who may be this person: so that a person keeps their id as more gets known."""
        for each in sorted(keys, key=lambda each: (each != key, each)):
            holder = self._circle.holder(each)
            if holder is not None and (each == key or not holder.numbers):
                yield holder.id
        yield from (each.stand_in for each in registrations if each.stand_in and each.stand_in == each.member_id)

    def _is_free(self, member_id: str) -> bool:
        member = self._members.get(member_id)
        return member is not None and member.provisional and member_id not in self._keys

    def _buyer(self, each: Registration, member: Member) -> str:
        """Whose own ticket it is: the one it was first found to be, where they were merged into the member since."""
        before = each.buyer
        return before if before is not None and self._circle.merged.get(before) == member.id else member.id

    def _made(self) -> str:
        member = Member(self._new_id(), self._circle.tenant, 0, self._circle.now, provisional=True)
        self._members[member.id] = member
        return member.id

    def _give(self, each: Registration, member_id: str, *, stand_in: str | None, buyer: str | None = None) -> None:
        rises = member_id != each.member_id
        given = dataclasses.replace(
            each,
            member_id=member_id,
            identifier_version=each.identifier_version + rises,
            stand_in=stand_in,
            buyer=buyer,
        )
        self._registrations.append(given)
        self._owned[member_id].append(given)

    def _holdings(self) -> dict[Key, Holding]:
        owners = {key: member_id for member_id, keys in self._keys.items() for key in keys}
        holdings = {}
        for key in {*self._circle.holdings, *owners}:
            before = self._circle.holdings.get(key, Holding(None, 0))
            owner = owners.get(key)
            if owner is None and before.member_id is not None and self._stays(before.member_id):
                owner = before.member_id
            rises = owner is not None and owner != before.member_id
            holdings[key] = Holding(owner, before.version + rises)
        return holdings

    def _stays(self, member_id: str) -> bool:
        """Whether the member's keys are not for the records to take back: registered, or left without records."""
        return not self._members[member_id].provisional or member_id not in self._owned

    def _after(self, member: Member, holdings: Mapping[Key, Holding]) -> Member:
        owned = self._owned.get(member.id, [])
        known = {identifier.key: identifier for identifier in member.identifiers}
        as_of = max((each.said_at for each in owned), default=None)
        keys = sorted(key for key, holding in holdings.items() if holding.member_id == member.id)
        own = [known.get(key) or Identifier(*key, as_of, holdings[key].version) for key in keys]
        tickets = [
            known.get(each.key) or Identifier(*each.key, each.said_at, each.identifier_version, of_registration=True)
            for each in sorted(owned, key=lambda each: each.key)
        ]
        return portrayed(dataclasses.replace(member, identifiers=(*own, *tickets)), owned)
