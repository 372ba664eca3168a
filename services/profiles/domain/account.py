"""A member as an identity provider sees them over SCIM: its account of the person."""

from collections.abc import Collection
from dataclasses import dataclass, fields

from services.profiles.domain.member import (
    EMAIL,
    Address,
    Key,
    Member,
    email_key,
    external_key,
    number_key,
    user_name_key,
)

STANDINGS = ("active", "grace", "lapsed")
"""Of a membership that is not suspended: SCIM says that by `active`."""


@dataclass(frozen=True, slots=True)
class Account:
    """What is None, or no address, is not said."""

    user_name: str
    external_id: str | None = None
    display_name: str | None = None
    given_name: str | None = None
    family_name: str | None = None
    title: str | None = None
    preferred_language: str | None = None
    time_zone: str | None = None
    active: bool | None = None
    addresses: tuple[Address, ...] = ()
    organization: str | None = None
    member_number: str | None = None
    grade: str | None = None
    section: str | None = None
    membership: str | None = None

    @property
    def said(self) -> frozenset[str]:
        """The names of the fields that say something."""
        return frozenset(name for name in NAMES if getattr(self, name) not in (None, ()))

    @property
    def keys(self) -> frozenset[Key]:
        """What the person is known by."""
        found = {user_name_key(self.user_name), *(email_key(each.value) for each in self.addresses)}
        if self.external_id is not None:
            found.add(external_key(self.external_id))
        if self.member_number is not None:
            found.add(number_key(self.member_number))
        return frozenset(found)

    @property
    def email(self) -> str | None:
        """The primary address, else the first."""
        return main_address(self.addresses)


NAMES = tuple(each.name for each in fields(Account))


def main_address(addresses: Collection[Address]) -> str | None:
    """The primary one, else the first; None of none."""
    first = next(iter(addresses), None)
    found = next((each for each in addresses if each.primary), first)
    return None if found is None else found.value


def changed_names(before: Account, after: Account) -> frozenset[str]:
    """The fields in which the two differ."""
    return frozenset(name for name in NAMES if getattr(before, name) != getattr(after, name))


def account_of(member: Member) -> Account:
    """The account of a member who is provisioned. Raises ValueError for one who is not."""
    provision = member.provision
    if provision is None:
        raise ValueError("the member is not provisioned")
    suspended = member.membership == "suspended"
    standing = provision.membership if suspended else member.membership
    named = not (provision.is_named_so and (member.given_name, member.family_name) == (provision.display_name, ""))
    return Account(
        user_name=provision.user_name,
        external_id=provision.external_id,
        display_name=provision.display_name,
        given_name=(member.given_name or None) if named else None,
        family_name=(member.family_name or None) if named else None,
        title=member.job_title,
        preferred_language=member.locale,
        time_zone=member.time_zone,
        active=False if suspended else (None if provision.active is None else True),
        addresses=_addresses(member, provision.addresses),
        organization=member.organization,
        member_number=next((key.value for key in sorted(member.numbers)), None),
        grade=member.grade,
        section=member.section,
        # A standing that nobody has said is none.
        membership=None if standing == "active" and provision.membership is None else standing,
    )


def _addresses(member: Member, listed: Collection[Address]) -> tuple[Address, ...]:
    """As the identity provider listed them, as far as they are the member's still, and then those it did not list."""
    held = {key for key in member.keys if key.issuer == EMAIL}
    found = [each for each in listed if email_key(each.value) in held]
    found += [Address(key.value) for key in sorted(held - {email_key(each.value) for each in found})]
    main = main_address(found)
    if member.email is None or (main is not None and email_key(main) == email_key(member.email)):
        return tuple(found)
    return tuple(Address(each.value, each.kind, email_key(each.value) == email_key(member.email)) for each in found)
