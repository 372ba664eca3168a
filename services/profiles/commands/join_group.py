"""Members join groups and leave them, by themselves or by a coordinator."""

import dataclasses

from services.profiles.commands.announce_member import announce_changed
from services.profiles.domain.group import Group
from services.profiles.domain.member import Member
from services.profiles.store import Store
from shared.errors import Conflict
from shared.messaging.unit_of_work import Transaction

MOST_GROUPS = 500
"""Of one member: an announcement carries them all."""


def join_group(transaction: Transaction, store: Store, group: Group, member: Member) -> Member:
    """The member, now in the group; unchanged where they are in it already.

    The group is read, not written, so that many may join at once: who joins while it is being archived came before.
    Raises Conflict where the group is archived, the membership has lapsed or is suspended, or it would be one group
    too many.
    """
    if group.id in member.groups:
        return member
    if group.archived:
        raise Conflict(f"The group {group.name} is archived: it takes no more members.")
    if not member.may_start_something:
        raise Conflict(f"A member whose membership is {member.membership} cannot join a group.")
    if len(member.groups) >= MOST_GROUPS:
        raise Conflict(f"A member may be in {MOST_GROUPS} groups.")
    return announce_changed(transaction, store, dataclasses.replace(member, groups=(*member.groups, group.id)))


def leave_group(transaction: Transaction, store: Store, group: Group, member: Member) -> Member:
    """The member, now without the group, archived or not; unchanged where they were not in it."""
    if group.id not in member.groups:
        return member
    remaining = tuple(each for each in member.groups if each != group.id)
    return announce_changed(transaction, store, dataclasses.replace(member, groups=remaining))
