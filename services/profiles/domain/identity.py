"""Whom an attendee record means: the member number, else the e-mail address, else the registration itself.

Decided over sets of records, never by which came first, so that every order of arrival ends the same:

- A number means one person.
- An address means the registered member who has it; else, when all records name it with one and the same number, that
  number's person; else a person of its own. (With two numbers it is a shared mailbox and says nothing of either.)
- A number that no registered member has means the one registered member without a number who has an address that is
  named with it; else a person of its own.
- A buyer's address means the person it would mean as an address, if the record's name is that person's. Otherwise, and
  always without a name, the registration is a person of its own.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import chain
from types import MappingProxyType

from services.profiles.domain import naming
from services.profiles.domain.member import AMS, EMAIL, Key, Member
from services.profiles.domain.registration import Registration


class Identities:
    """The people behind some registrations. `registered` are the holders of keys who are not provisional, `merged` says
    who has become another member."""

    def __init__(
        self,
        registrations: Iterable[Registration],
        registered: Mapping[Key, Member],
        merged: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self._registered = registered
        self._merged = merged
        self._numbers: dict[Key, set[Key]] = defaultdict(set)
        self._emails: dict[Key, set[Key]] = defaultdict(set)
        known = [(each, each.told) for each in registrations if each.told is not None]
        for _, told in known:
            if told.number_key and told.email_key:
                self._numbers[told.email_key].add(told.number_key)
                self._emails[told.number_key].add(told.email_key)
        for key, member in registered.items():
            if key.issuer == EMAIL:
                self._numbers[key] |= member.numbers
        self._names: dict[Key, str] = {}
        for _, told in sorted(known, key=lambda pair: pair[0].age):
            named = told.number_key or (self.of_email(told.email_key) if told.email_key else None)
            if named is not None and told.folded_name:
                self._names[named] = told.folded_name

    def of(self, registration: Registration) -> Key | None:
        """The key of the person that the registration means; None: the registration itself is all there is."""
        told = registration.told
        if told is None:
            return None
        if told.number_key is not None:
            return told.number_key
        if told.email_key is not None:
            return self.of_email(told.email_key)
        return None if told.buyer_key is None else self._of_buyer(registration, told.buyer_key, told.folded_name)

    def of_email(self, email: Key) -> Key:
        """The key of the person that an address means."""
        numbers = self._numbers.get(email, ())
        if email in self._registered or len(numbers) != 1:
            return email
        return next(iter(numbers))

    def member(self, key: Key) -> Member | None:
        """The registered member that the key means; None: a person that only records know."""
        if key in self._registered or key.issuer != AMS:
            return self._registered.get(key)
        found = {
            self._registered[email].id: self._registered[email]
            for email in self._emails.get(key, ())
            if email in self._registered and self._numbers[email] == {key}
        }
        return next(iter(found.values())) if len(found) == 1 else None

    def keys(self, key: Key) -> frozenset[Key]:
        """The key and the addresses that mean the same person, where only records know the person."""
        emails = (email for email in self._emails.get(key, ()) if self.of_email(email) == key)
        return frozenset(chain((key,), emails))

    def _of_buyer(self, registration: Registration, email: Key, folded_name: str) -> Key | None:
        key = self.of_email(email)
        member = self.member(key)
        if member is None:
            return key if self._names.get(key) == folded_name else None
        # Once found to be the buyer's own, a ticket stays so when the member changes the name.
        same = naming.folded(naming.whole(member.given_name, member.family_name)) == folded_name
        buyer = registration.buyer
        return key if same or (buyer is not None and self._merged.get(buyer, buyer) == member.id) else None
