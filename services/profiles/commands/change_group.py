"""A coordinator founds, renames or archives a group."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from services.profiles.commands.announce_group import announce_changed_group, announce_new_group
from services.profiles.domain.group import Group
from services.profiles.store import Store
from shared.ids import new_id
from shared.messaging.unit_of_work import Transaction


def create_group(transaction: Transaction, store: Store, fields: Mapping[str, Any]) -> Group:
    """A new group. `fields` are those of Group that a coordinator decides."""
    group = Group(id=new_id(), tenant=transaction.tenant, version=0, updated_at=transaction.now, **fields)
    return announce_new_group(transaction, store, group)


def change_group(transaction: Transaction, store: Store, group: Group, changes: Mapping[str, Any]) -> Group:
    """The group with these fields; what changes nothing announces nothing."""
    changed = dataclasses.replace(group, **changes)
    return group if changed == group else announce_changed_group(transaction, store, changed)
