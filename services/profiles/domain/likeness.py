"""What two members have in common who may be one person: kept with each, so that nobody is compared with everybody."""

from collections.abc import Collection, Iterator
from enum import StrEnum

from services.profiles.domain import naming
from services.profiles.domain.member import EMAIL, Member
from services.profiles.domain.text import whole

_DOTLESS = {"gmail.com": "gmail.com", "googlemail.com": "gmail.com"}
"""Providers that deliver whatever dots stand before the `@`, under each name of theirs."""


class Reason(StrEnum):
    """Why two members may be one person."""

    NAME_AND_ORGANIZATION = "name_and_organization"
    ADDRESS_VARIANT = "address_variant"
    NAME_AND_MAILBOX = "name_and_mailbox"
    NAME_OF_PROVISIONAL = "name_of_provisional"
    FEED_ROW = "feed_row"


def likeness_of(member: Member) -> tuple[str, ...]:
    """What the member shares with whoever may be the same person; the tenant is part of it."""
    found = [f"name {name}"] if (name := _name(member)) else []
    found += sorted(f"address {each}" for each in _addresses(member))
    return tuple(f"{member.tenant}\n{each}" for each in found)


def reasons(one: Member, other: Member, mailboxes: Collection[str] = ()) -> tuple[Reason, ...]:
    """Why the two may be one person; none where they need not be. `mailboxes` are addresses that tickets of both name.

    Two members who only have a name in common are two people of that name, unless one of them is not known but from
    tickets.
    """
    return tuple(_reasons(one, other, mailboxes))


def survives(one: Member, other: Member) -> Member:
    """Which of the two would better survive: one that is registered, else the one known for longer."""
    return min(one, other, key=lambda member: (member.provisional, member.id))


def _reasons(one: Member, other: Member, mailboxes: Collection[str]) -> Iterator[Reason]:
    if (name := _name(one)) and name == _name(other):
        if one.organization and other.organization and whole(one.organization) == whole(other.organization):
            yield Reason.NAME_AND_ORGANIZATION
        if mailboxes:
            yield Reason.NAME_AND_MAILBOX
        if one.provisional or other.provisional:
            yield Reason.NAME_OF_PROVISIONAL
    if not _addresses(one).isdisjoint(_addresses(other)):
        yield Reason.ADDRESS_VARIANT


def _name(member: Member) -> str:
    return whole(naming.whole(member.given_name, member.family_name))


def _addresses(member: Member) -> frozenset[str]:
    return frozenset(delivered(key.value) for key in member.keys if key.issuer == EMAIL)


def delivered(address: str) -> str:
    """The address without what providers ignore before its `@`: a `+tag`, and at some of them dots."""
    local, _, domain = address.rpartition("@")
    local = local.partition("+")[0] or local
    if (same := _DOTLESS.get(domain)) is not None:
        local, domain = local.replace(".", ""), same
    return f"{local}@{domain}"
