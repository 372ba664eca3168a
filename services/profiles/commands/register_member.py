"""The association registers a member."""

from collections.abc import Collection, Mapping
from datetime import datetime

from services.profiles.commands.announce_member import announce_new
from services.profiles.commands.hold_identifiers import hold_identifiers
from services.profiles.commands.name_skills import name_skills
from services.profiles.commands.settle_people import settle_people
from services.profiles.domain.member import Key, Member, Profile, email_key
from services.profiles.domain.verification import verified
from services.profiles.store import Store
from shared.ids import new_id
from shared.messaging.unit_of_work import Transaction


def register_member(
    transaction: Transaction,
    store: Store,
    profile: Profile,
    keys: Mapping[Key, datetime | None],
    vouched: Collection[str] = (),
) -> Member:
    """A new member with this profile and these keys, each as of when (None: now); the e-mail address is one of them.

    Tickets that mean the member are theirs from now on. `vouched` are the fields that the association's own system says
    by it. Raises Conflict where a key is another member's.
    """
    address = profile.get("email")
    held = {*keys, email_key(address)} if address else set(keys)
    member = hold_identifiers(transaction, store, new_member(transaction, store, profile), held, keys)
    announce_new(transaction, store, verified(None, member, vouched))
    settle_people(transaction, store, held)
    return store.members.get(transaction.tenant, member.id, transaction.session)


def new_member(transaction: Transaction, store: Store, profile: Profile) -> Member:
    """A member with this profile, not written yet and without a key."""
    if "skills" in profile:
        profile = {**profile, "skills": name_skills(store, profile["skills"])}
    return Member(
        id=new_id(),
        tenant=transaction.tenant,
        version=0,
        updated_at=transaction.now,
        own_roles=profile.get("roles", ()),
        said=tuple(sorted(name for name, value in profile.items() if name in ("goals", "skills") and value)),
        **profile,
    )
