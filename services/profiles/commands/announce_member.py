"""A member is written and, in the same transaction, announced in full."""

import dataclasses
from typing import Any

from services.profiles.domain.member import Member
from services.profiles.store import Store
from shared.contracts import members
from shared.messaging.unit_of_work import Transaction

_SCHEMA = members.Member()


def announce_new(transaction: Transaction, store: Store, member: Member) -> Member:
    """Writes a member that is new and announces it; returns it at version 1."""
    made = dataclasses.replace(member, version=1, updated_at=transaction.now)
    store.members.insert(transaction.session, made)
    transaction.publish("member.registered.v1", key=made.id, version=made.version, data=_state(made))
    return made


def announce_changed(transaction: Transaction, store: Store, member: Member) -> Member:
    """Writes a changed member over the version it was read at and announces it; returns it at the next version."""
    saved = store.members.save(transaction.session, dataclasses.replace(member, updated_at=transaction.now))
    transaction.publish("member.updated.v1", key=saved.id, version=saved.version, data=_state(saved))
    return saved


def announce_again(transaction: Transaction, store: Store, member_id: str) -> bool:
    """Announces a member at the version it has, and has it found as this code finds; whether there is such a member."""
    member = store.members.hold(transaction.session, transaction.tenant, member_id)
    if member is None:
        return False
    store.members.renew_terms(transaction.session, member)
    transaction.publish("member.updated.v1", key=member.id, version=member.version, data=_state(member), again=True)
    return True


def _state(member: Member) -> dict[str, Any]:
    content: dict[str, Any] = _SCHEMA.dump(member)
    return {name: value for name, value in content.items() if value is not None}
