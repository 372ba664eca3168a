"""A member, or a coordinator for them, changes the profile."""

import dataclasses
from collections.abc import Collection, Mapping
from datetime import datetime

from services.profiles.commands.announce_member import announce_changed
from services.profiles.commands.hold_identifiers import hold_identifiers
from services.profiles.commands.name_skills import name_skills
from services.profiles.commands.settle_people import settle_people
from services.profiles.domain.member import Key, Member, Profile, email_key
from services.profiles.domain.verification import verified
from services.profiles.store import Store
from shared.messaging.unit_of_work import Transaction


def change_member(
    transaction: Transaction,
    store: Store,
    member: Member,
    profile: Profile,
    keys: Mapping[Key, datetime | None] | None = None,
    vouched: Collection[str] = (),
) -> Member:
    """The member with what the profile says, and, where `keys` is given, these keys (each as of when) beside
    the e-mail address.

    A provisional member is registered by it: what it shows is the member's own from now on. `vouched` are the fields
    that the association's own system says by it. What changes nothing announces nothing. Raises Conflict where a key is
    another member's.
    """
    changed = dataclasses.replace(member, **profile)
    if "skills" in profile:
        changed = dataclasses.replace(changed, skills=name_skills(store, changed.skills))
    if "membership" in profile:
        changed = dataclasses.replace(changed, suspended_by=None)
    held = _keys(member, changed, keys)
    if held == member.keys and verified(member, changed, vouched) == member:
        return member
    changed = hold_identifiers(transaction, store, _said(member, changed, profile), held, keys or {})
    changed = verified(member, changed, vouched)
    saved = announce_changed(transaction, store, changed)
    if held == member.keys and not member.provisional:
        return saved
    settle_people(transaction, store, held | member.keys)
    return store.members.get(transaction.tenant, member.id, transaction.session)


def _said(member: Member, changed: Member, profile: Profile) -> Member:
    """Remembers which lists are the member's own, so that attendee records leave them alone."""
    own = {*member.said, *(name for name in ("roles", "goals", "skills") if name in profile)}
    if member.provisional:
        own |= {name for name in ("goals", "skills") if getattr(member, name)}
    own_roles = changed.roles if member.provisional or "roles" in profile else member.own_roles
    return dataclasses.replace(changed, provisional=False, own_roles=own_roles, said=tuple(sorted(own)))


def _keys(member: Member, changed: Member, keys: Collection[Key] | None) -> frozenset[Key]:
    before = email_key(member.email) if member.email else None
    after = email_key(changed.email) if changed.email else None
    held = member.keys if keys is None else frozenset(keys) | (member.keys & {before})
    if before == after:
        return held
    return (held - {before}) | ({after} if after else set())
