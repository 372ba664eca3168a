"""One write, one transaction: the view and all it calls commit together or not at all.

The view may run again on a transient conflict, so it must have no effect but through `transaction()`.
"""

import re
from collections.abc import Callable

from flask import Response, current_app, g, request

from shared.ids import new_id
from shared.messaging.cause import Cause
from shared.messaging.unit_of_work import Transaction, UnitOfWork

WRITING = frozenset({"POST", "PUT", "PATCH", "DELETE"})

EXTENSION = "ithaca_unit_of_work"

_TRACEPARENT = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")


class _Refused(Exception):
    """The view answered with an error without raising one; it aborts the transaction all the same."""

    def __init__(self, response: Response) -> None:
        super().__init__()
        self.response = response


def transaction() -> Transaction:
    """The transaction of the write in hand.

    Raises RuntimeError in a GET, a public view, and one that manages its own transactions.
    """
    found: Transaction | None = g.get("transaction")
    if found is None:
        raise RuntimeError("this view runs in no transaction: it reads, is public, or manages its own")
    return found


def unit_of_work() -> UnitOfWork:
    """For views that manage their own transactions, and public ones that write."""
    found: UnitOfWork | None = current_app.extensions.get(EXTENSION)
    if found is None:
        raise RuntimeError("this app was made without a database: it can only describe itself")
    return found


def cause() -> Cause:
    """Why a write of the request in hand happens: a story of its own, in the caller's trace where it gave one."""
    given = request.headers.get("traceparent", "")
    return Cause(correlation_id=new_id(), traceparent=given if _TRACEPARENT.fullmatch(given) else None)


def in_transaction(
    tenant: str,
    answer: Callable[[], Response],
    *,
    last: Callable[[Transaction, Response], None] | None = None,
) -> Response:
    """Runs `answer` in one transaction, and `last` behind it.

    An error, raised or answered (4xx, 5xx), aborts all of it; a raised one is raised on.
    """

    def work(current: Transaction) -> Response:
        g.transaction = current
        response = answer()
        if response.status_code >= 400:
            raise _Refused(response)
        if last is not None:
            last(current, response)
        return response

    try:
        return unit_of_work().run(work, tenant=tenant, cause=cause())
    except _Refused as refused:
        return refused.response
    finally:
        g.pop("transaction", None)
