"""The audit: who changed, read or revealed what on behalf of the association, kept for 400 days, only ever added to.

A row is written in the transaction of the change, so that neither can be without the other; of a read, before its
answer leaves: what cannot be recorded is not shown. It holds ids, codes and times: never what a request carried, and no
personal data.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import Any

from flask import Response, g, request

from shared.ids import new_id
from shared.messaging.unit_of_work import Transaction
from shared.storage.client import Document
from shared.storage.migrations import Index
from shared.web.access import ROLES, Access
from shared.web.auth import Principal
from shared.web.operations import operation_id
from shared.web.transactions import transaction, unit_of_work

COLLECTION = "audit"
KEPT = timedelta(days=400)
INDEXES = (
    Index(COLLECTION, (("tenant", 1), ("_id", 1)), name="tenant"),
    Index(COLLECTION, (("tenant", 1), ("members", 1), ("_id", 1)), name="members"),
    Index(COLLECTION, (("expire_at", 1),), expire_after_seconds=0, name="expiry"),
)
"""Every service with a web role declares them."""

STAFF = frozenset(ROLES) - {"member"}

REVEALED = "revealed"
"""The outcome where somebody looked at a payload."""

DECIDED = "decided"
"""The outcome of a command that has a message handled again, or gives it up."""

COMMAND = "command"
"""Stands for the issuer where no token was needed: on a machine that has the database's address anyway."""

ADDRESS = "address"
"""Stands for the issuer where the address alone proves who may: it came to the member by mail."""

STARTED = "started"
"""The outcome of a write that manages its own transactions: its row stands before its first effect."""

_MEMBERS_IN_ADDRESSES = ("identifier", "member_id")
"""What addresses call a member's id."""


def is_by_staff(caller: Principal, access: Access) -> bool:
    """Whether the view lets this caller in by a staff role; by any of them where it takes every token."""
    return not STAFF.isdisjoint(caller.roles.intersection(access.roles or ROLES))


def recorded(caller: Principal, answer: Callable[[], Response], *, own_transactions: bool) -> Callable[[], Response]:
    """`answer`, leaving one row: with its effect where it succeeds, or before it where it commits by itself."""

    def in_one_transaction() -> Response:
        response = answer()
        if response.status_code < 400:
            record(transaction(), caller, str(response.status_code), response.headers.get("Location"))
        return response

    def by_itself() -> Response:
        unit_of_work().run(lambda current: record(current, caller, STARTED), tenant=caller.tenant)
        return answer()

    return by_itself if own_transactions else in_one_transaction


def watched(caller: Principal, answer: Callable[[], Response]) -> Callable[[], Response]:
    """`answer` to a read, which leaves one row where the view said that it `shows` members other than the caller.

    Raises what the database raises where the row cannot be written: then nobody is shown anything.
    """

    def read() -> Response:
        response = answer()
        others = g.get("shown_members", frozenset()) - {caller.member_id}
        if response.status_code == 200 and (others or g.get("shown_everybody", False)):
            outcome = str(response.status_code)
            unit_of_work().run(lambda current: record(current, caller, outcome), tenant=caller.tenant)
        return response

    return read


def shows(members: Iterable[str | None]) -> None:
    """Says that the request in hand shows personal data of these members; of None there is nothing to record."""
    g.shown_members = g.get("shown_members", frozenset()) | {each for each in members if each is not None}


def shows_everybody() -> None:
    """Says that it shows personal data of more members than a row can name: all that its address leads to."""
    g.shown_everybody = True


def concerns(tenant: str) -> None:
    """Says that what the request in hand does is about this tenant's data, which is not the caller's own."""
    g.audited_tenant = tenant


def record(current: Transaction, caller: Principal, outcome: str, made: str | None = None) -> None:
    """Adds the row of the request in hand. `made` is the address of what it made."""
    ids: dict[str, str] = dict(request.view_args or {})
    named = {ids[name] for name in _MEMBERS_IN_ADDRESSES if name in ids}
    _add(
        current,
        tenant=g.get("audited_tenant", caller.tenant),
        issuer=caller.issuer,
        subject=caller.subject,
        of_tenant=caller.tenant,
        roles=sorted(caller.roles),
        operation=operation_id(request.endpoint or ""),
        ids=ids,
        members=sorted(named | g.get("shown_members", frozenset())),
        made=made,
        outcome=outcome,
    )


def record_command(current: Transaction, user: str, command: str, ids: Mapping[str, str], outcome: str) -> None:
    """Adds the row of a command that `user` of an operating system gave: no token says who that is."""
    _add(
        current,
        tenant=current.tenant,
        issuer=COMMAND,
        subject=user,
        of_tenant=None,
        roles=[],
        operation=command,
        ids=dict(ids),
        members=[],
        made=None,
        outcome=outcome,
    )


def record_by_address(current: Transaction, member_id: str) -> None:
    """Adds the row of the request in hand, which a member could make without a token, by an address that only they
    were given; the address stays out of it."""
    _add(
        current,
        tenant=current.tenant,
        issuer=ADDRESS,
        subject=member_id,
        of_tenant=current.tenant,
        roles=[],
        operation=operation_id(request.endpoint or ""),
        ids={},
        members=[member_id],
        made=None,
        outcome="200",
    )


def _add(current: Transaction, **row: Any) -> None:
    kept: Document = {
        "_id": new_id(),
        "at": current.now,
        **row,
        "correlation_id": current.cause.correlation_id,
        "expire_at": current.now + KEPT,
    }
    current.database[COLLECTION].insert_one(kept, session=current.session)
