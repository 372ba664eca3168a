"""What an account that an identity provider gives means for the member: pure, and the same for new and known ones."""

import dataclasses
from collections.abc import Collection, Mapping

from services.profiles.domain.account import Account
from services.profiles.domain.member import (
    EMAIL,
    Key,
    Member,
    Profile,
    Provision,
    email_key,
    external_key,
    number_key,
    user_name_key,
)

REASON = "scim"
"""Why it deactivates, and by what it is remembered who may lift that."""

_PLAIN: Mapping[str, str] = {
    "title": "job_title",
    "preferred_language": "locale",
    "time_zone": "time_zone",
    "organization": "organization",
    "grade": "grade",
    "section": "section",
}
_KEPT = ("user_name", "external_id", "display_name", "addresses", "active", "membership")
"""What a provision has under the account's own names."""


def vouched_by(said: Collection[str]) -> frozenset[str]:
    """The member's fields that an identity provider vouches for by what it says."""
    return frozenset(_PLAIN.get(name, name) for name in said)


def suspends(member: Member, account: Account, said: Collection[str]) -> bool:
    """Whether the member is to be deactivated by it: not whom staff suspended, and not again.

    A feed's suspension becomes SCIM's, as two systems say it now.
    """
    gone = "active" in said and account.active is False
    return gone and (member.membership != "suspended" or member.suspended_by == "feed")


def profile_by(member: Member | None, account: Account, said: Collection[str]) -> Profile:
    """What the account says of the member in the fields that are said; None takes a value away."""
    provision = _provision(member, account, said)
    profile: Profile = {"provision": provision}
    for name, field in _PLAIN.items():
        if name in said:
            profile[field] = getattr(account, name)  # type: ignore[literal-required]
    if provision.is_named_so and provision.display_name is not None:
        profile["given_name"], profile["family_name"] = provision.display_name, ""
    elif "given_name" in said or "family_name" in said:
        profile["given_name"], profile["family_name"] = account.given_name or "", account.family_name or ""
    if "addresses" in said or member is None or member.provisional:
        # The address of a provisional member is one that anybody may have typed into a ticket.
        profile["email"] = account.email
    standing = _standing(member, account, said, provision)
    if standing is not None:
        profile["membership"] = standing
    return profile


def keys_by(member: Member | None, account: Account, said: Collection[str]) -> frozenset[Key]:
    """The identifiers that the member has from then on; not what only tickets tie to a provisional one."""
    keys = set[Key]() if member is None or member.provisional else set(member.keys - _replaced(member, account, said))
    keys.add(user_name_key(account.user_name))
    if "external_id" in said and account.external_id is not None:
        keys.add(external_key(account.external_id))
    if "member_number" in said and account.member_number is not None:
        keys.add(number_key(account.member_number))
    if "addresses" in said:
        keys |= {email_key(each.value) for each in account.addresses}
    return frozenset(keys)


def _replaced(member: Member, account: Account, said: Collection[str]) -> frozenset[Key]:
    """The identifiers in whose place others are said; those that a merge brought, and nobody sees here, stay."""
    found = {key for key in member.keys if key.issuer == EMAIL} if "addresses" in said else set()
    if (provision := member.provision) is not None:
        found.add(user_name_key(provision.user_name))
        if "external_id" in said and provision.external_id is not None:
            found.add(external_key(provision.external_id))
    if "member_number" in said:
        number = account.member_number
        if number is None or number_key(number) not in member.numbers:
            found |= set(sorted(member.numbers)[:1])
    return frozenset(found)


def _provision(member: Member | None, account: Account, said: Collection[str]) -> Provision:
    known = member.provision if member is not None and member.provision is not None else Provision(account.user_name)
    after = dataclasses.replace(known, live=True, **{name: getattr(account, name) for name in _KEPT if name in said})
    if member is not None and suspends(member, account, said) and member.membership != "suspended":
        # A standing that others gave outlives the suspension.
        standing = (account.membership or "active") if "membership" in said else member.membership
        nothing = standing == "active" and after.membership is None
        after = dataclasses.replace(after, membership=None if nothing else standing)
    return dataclasses.replace(
        after,
        is_named_so=_is_named_so(member, account, said, known) and after.display_name is not None,
        said=tuple(sorted((set(known.said) - set(said)) | (account.said & set(said)))),
    )


def _is_named_so(member: Member | None, account: Account, said: Collection[str], known: Provision) -> bool:
    if account.given_name is not None or account.family_name is not None:
        return False
    return member is None or known.is_named_so or "given_name" in said or "family_name" in said


def _standing(member: Member | None, account: Account, said: Collection[str], provision: Provision) -> str | None:
    """The membership to write; None: it stays."""
    standing = provision.membership or "active"
    if member is None:
        return standing
    if member.membership == "suspended":
        lifts = "active" in said and account.active is not False and member.suspended_by == REASON
        return standing if lifts else None
    return standing if "membership" in said and not suspends(member, account, said) else None
