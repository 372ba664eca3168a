"""A member is written and, in the same transaction, announced in full."""

import dataclasses
from collections.abc import Sequence
from typing import Any

from services.profiles.domain.likeness import likeness_of
from services.profiles.domain.member import Member
from services.profiles.store import Store
from shared.contracts import members
from shared.messaging.unit_of_work import Transaction

_SCHEMA = members.Member()


def announce_new(transaction: Transaction, store: Store, member: Member) -> Member:
    """Writes a member that is new and announces it; returns it at version 1."""
    made = dataclasses.replace(member, version=1, updated_at=transaction.now)
    store.members.insert(transaction.session, made)
    transaction.publish("member.registered.v1", key=made.id, version=made.version, data=_state(transaction, made))
    store.candidates.compare_soon(transaction.session, [made], transaction.now)
    return made


def announce_changed(transaction: Transaction, store: Store, member: Member) -> Member:
    """Writes a changed member over the version it was read at and announces it; returns it at the next version."""
    saved = store.members.save(transaction.session, dataclasses.replace(member, updated_at=transaction.now))
    transaction.publish("member.updated.v1", key=saved.id, version=saved.version, data=_state(transaction, saved))
    store.candidates.compare_soon(transaction.session, [saved], transaction.now)
    return saved


def announce_all(
    transaction: Transaction, store: Store, members: Sequence[tuple[Transaction, Member | None, Member]]
) -> None:
    """Writes members together and announces each, on behalf of its own transaction.

    Each with what it was read as; None: it is new.
    """
    written = [
        dataclasses.replace(after, version=1 if before is None else before.version + 1, updated_at=transaction.now)
        for _, before, after in members
    ]
    pairs = [(before, after) for (_, before, _), after in zip(members, written, strict=True)]
    store.members.write(transaction.session, pairs)
    changed = [after for before, after in pairs if before is None or likeness_of(before) != likeness_of(after)]
    store.candidates.compare_soon(transaction.session, changed, transaction.now)
    for (on_behalf, before, _), saved in zip(members, written, strict=True):
        name = "member.registered.v1" if before is None else "member.updated.v1"
        on_behalf.publish(name, key=saved.id, version=saved.version, data=_state(transaction, saved))


def announce_deactivated(transaction: Transaction, store: Store, member: Member, reason: str) -> Member:
    """Writes a member as suspended and announces it; `reason` is `scim`, `feed`, `staff` or `conduct`."""
    suspended = dataclasses.replace(member, membership="suspended", suspended_by=reason, updated_at=transaction.now)
    saved = store.members.save(transaction.session, suspended)
    state = _state(transaction, saved) | {"reason": reason}
    transaction.publish("member.deactivated.v1", key=saved.id, version=saved.version, data=state)
    return saved


def announce_unmerged(transaction: Transaction, store: Store, member: Member) -> Member:
    """Writes a member who is back, after the version that told of the merge, and announces them in full."""
    back = dataclasses.replace(member, version=member.version + 1, updated_at=transaction.now)
    store.members.insert(transaction.session, back)
    transaction.publish("member.unmerged.v1", key=back.id, version=back.version, data=_state(transaction, back))
    store.candidates.compare_soon(transaction.session, [back], transaction.now)
    return back


def announce_again(transaction: Transaction, store: Store, member_id: str) -> bool:
    """Announces a member at the version it has, and has it found as this code finds; whether there is such a member."""
    member = store.members.hold(transaction.session, transaction.tenant, member_id)
    if member is None:
        return False
    store.members.renew_terms(transaction.session, member)
    store.candidates.compare_soon(transaction.session, [member], transaction.now)
    transaction.publish(
        "member.updated.v1", key=member.id, version=member.version, data=_state(transaction, member), again=True
    )
    return True


def _state(transaction: Transaction, member: Member) -> dict[str, Any]:
    if transaction.epoch:
        raised = (dataclasses.replace(each, version=each.version + transaction.epoch) for each in member.identifiers)
        member = dataclasses.replace(member, identifiers=tuple(raised))
    content: dict[str, Any] = _SCHEMA.dump(member)
    return {name: value for name, value in content.items() if value is not None}
