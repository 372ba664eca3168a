"""A coordinator says that two members are one person: one of them is merged into the other."""

import dataclasses
from collections.abc import Collection
from datetime import timedelta

from services.profiles.commands.announce_member import announce_changed
from services.profiles.commands.join_group import MOST_GROUPS
from services.profiles.commands.settle_people import MOST_IDENTIFIERS, settle_people
from services.profiles.domain.circle import Holding
from services.profiles.domain.member import Identifier, Key, Member
from services.profiles.domain.merging import Merge, MergeUndo, merged
from services.profiles.store import Store
from shared.errors import Conflict, Fault, Invalid
from shared.messaging.unit_of_work import Transaction


def merge_member(transaction: Transaction, store: Store, away: Member, into: str) -> Member:
    """The survivor `into`, with all that was `away`'s: identifiers, tickets, groups, where they take part.

    Raises Invalid where `into` is the member themselves or nobody, Conflict where they were merged into another, and
    where the two together have more than one member can have.
    """
    session, tenant = transaction.session, transaction.tenant
    survivor = _survivor(transaction, store, away, into)
    combined = merged(survivor, away)
    if len(combined.groups) > MOST_GROUPS:
        raise Conflict(f"Together they are in more than {MOST_GROUPS} groups: one member cannot be.")
    if len(survivor.identifiers) + len(away.identifiers) > MOST_IDENTIFIERS:
        raise Conflict(f"Together they have more than {MOST_IDENTIFIERS} registrations and other identifiers.")
    tickets = store.registrations.tied(session, tenant, found_by=(), member_ids={away.id})
    store.members.remove(session, away)
    merge = Merge(away.id, tenant, away.version + 1, transaction.now, survivor.id)
    store.merged.insert(session, merge)
    announce_merge(transaction, merge)
    brought = take_over(transaction, store, survivor, away.keys)
    own = sorted((*brought, *(each for each in survivor.identifiers if not each.of_registration)), key=_by_key)
    theirs = (each for each in survivor.identifiers if each.of_registration)
    announce_changed(transaction, store, dataclasses.replace(combined, identifiers=(*own, *theirs)))
    settle_people(transaction, store, away.keys | survivor.keys, tickets)
    follow_merge(transaction, store, {away.id, survivor.id}, named=away.id, also=survivor.id)
    store.candidates.forget(session, tenant, away.id)
    after = store.members.get(tenant, survivor.id, session)
    days = store.associations.number(tenant, "unmerge_days", session)
    until = transaction.now + timedelta(days=days)
    undo = MergeUndo(away.id, tenant, 1, transaction.now, away=away, before=survivor, after=after, expire_at=until)
    store.merged.undos.insert(session, undo)
    return after


def announce_merge(transaction: Transaction, merge: Merge, *, again: bool = False) -> None:
    """Tells of it on the key of the member merged away."""
    data = {"id": merge.id, "merged_into": merge.into}
    transaction.publish("member.merged.v1", key=merge.id, version=merge.version, data=data, again=again)


def announce_merge_again(transaction: Transaction, store: Store, member_id: str) -> bool:
    """Tells of a merge at the version it has; whether there is such a one."""
    merge = store.merged.hold(transaction.session, transaction.tenant, member_id)
    if merge is None:
        return False
    announce_merge(transaction, merge, again=True)
    return True


def take_over(transaction: Transaction, store: Store, member: Member, keys: Collection[Key]) -> list[Identifier]:
    """The keys, which whoever has them gives up in this transaction, as identifiers of the member from now on."""
    holdings = store.identifiers.claim(transaction.session, transaction.tenant, keys)
    now = {key: Holding(member.id, holding.version + 1) for key, holding in holdings.items()}
    store.identifiers.save(transaction.session, transaction.tenant, now)
    return [Identifier(*key, transaction.now, holding.version) for key, holding in now.items()]


def follow_merge(transaction: Transaction, store: Store, members: Collection[str], *, named: str, also: str) -> None:
    """What is kept by members' ids follows a merge or its undo: where they take part, whom feeds named.

    Whom a feed that is not through has named, it has named `also`: nobody is absent for having changed their id.
    """
    session, tenant = transaction.session, transaction.tenant
    affected = store.participations.resettle(session, tenant, store.merged.lookup, members)
    store.members.place(session, tenant, store.participations.places_of(session, tenant, affected))
    store.imports.name_alike(session, tenant, named=named, also=also)


def _survivor(transaction: Transaction, store: Store, away: Member, into: str) -> Member:
    if into == away.id:
        raise Invalid([Fault("/into", "A member cannot be merged into themselves.")])
    found = store.members.find(transaction.tenant, into, transaction.session)
    if found is not None:
        return found
    if merge := store.merged.into(transaction.tenant, into, transaction.session):
        raise Conflict(f"The member {into} was merged into {merge.into}: name that one.")
    raise Invalid([Fault("/into", "There is no such member.")])


def _by_key(identifier: Identifier) -> Key:
    return identifier.key
