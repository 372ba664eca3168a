"""A group is written and, in the same transaction, announced in full."""

import dataclasses
from typing import Any

from services.profiles.domain.group import Group
from services.profiles.store import Store
from shared.contracts import groups
from shared.messaging.unit_of_work import Transaction

_TYPE = "group.updated.v1"
_SCHEMA = groups.Group()


def announce_new_group(transaction: Transaction, store: Store, group: Group) -> Group:
    """Writes a group that is new and announces it; returns it at version 1."""
    made = dataclasses.replace(group, version=1, updated_at=transaction.now)
    store.groups.insert(transaction.session, made)
    transaction.publish(_TYPE, key=made.id, version=made.version, data=_state(made))
    return made


def announce_changed_group(transaction: Transaction, store: Store, group: Group) -> Group:
    """Writes a changed group over the version it was read at and announces it; returns it at the next version."""
    saved = store.groups.save(transaction.session, dataclasses.replace(group, updated_at=transaction.now))
    transaction.publish(_TYPE, key=saved.id, version=saved.version, data=_state(saved))
    return saved


def announce_group_again(transaction: Transaction, store: Store, group_id: str) -> bool:
    """Announces a group at the version it has; whether there is such a group."""
    group = store.groups.hold(transaction.session, transaction.tenant, group_id)
    if group is None:
        return False
    transaction.publish(_TYPE, key=group.id, version=group.version, data=_state(group), again=True)
    return True


def _state(group: Group) -> dict[str, Any]:
    content: dict[str, Any] = _SCHEMA.dump(group)
    return {name: value for name, value in content.items() if value is not None}
