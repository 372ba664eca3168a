"""A coordinator says what the association is called, how it looks and which numbers it goes by."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from services.profiles.domain.association import Association
from services.profiles.store import Store
from shared.contracts import associations
from shared.messaging.unit_of_work import Transaction

_TYPE = "association.updated.v1"
_SCHEMA = associations.Association()


def change_association(
    transaction: Transaction, store: Store, before: Association | None, fields: Mapping[str, Any]
) -> Association:
    """The association with these fields and no others; what changes nothing announces nothing."""
    tenant = transaction.tenant
    version, updated_at = (0, transaction.now) if before is None else (before.version, before.updated_at)
    changed = Association(id=tenant, tenant=tenant, version=version, updated_at=updated_at, **fields)
    if changed == before:
        return changed
    changed = dataclasses.replace(changed, updated_at=transaction.now)
    if before is None:
        saved = dataclasses.replace(changed, version=1)
        store.associations.insert(transaction.session, saved)
    else:
        saved = store.associations.save(transaction.session, changed)
    transaction.publish(_TYPE, key=saved.id, version=saved.version, data=_state(saved))
    return saved


def announce_association_again(transaction: Transaction, store: Store, association_id: str) -> bool:
    """Announces an association at the version it has; whether there is one."""
    association = store.associations.hold(transaction.session, transaction.tenant, association_id)
    if association is None:
        return False
    data = _state(association)
    transaction.publish(_TYPE, key=association.id, version=association.version, data=data, again=True)
    return True


def _state(association: Association) -> dict[str, Any]:
    content: dict[str, Any] = _SCHEMA.dump(association)
    return {name: value for name, value in content.items() if value is not None}
