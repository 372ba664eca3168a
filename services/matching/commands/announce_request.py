"""What others are told of a request; the words of the two stay here."""

from typing import Any

from services.matching.domain.request import Request
from shared.clock import rfc3339
from shared.messaging.unit_of_work import Transaction


def announce_request(transaction: Transaction, type_name: str, request: Request, **more: Any) -> None:
    """`request.*` at the request's version; what is None is left out.

    A request that never was with its mentor is nobody's business: nothing is published of it.
    """
    if request.expires_at is None:
        return
    facts = {
        "id": request.id,
        "list_id": request.list_id,
        "program_id": request.program_id,
        "mentor_id": request.mentor_id,
        "mentee_id": request.mentee_id,
        "state": request.state.value,
        "mode": request.mode.value,
        "rank": request.rank + 1,
        "expires_at": rfc3339(request.expires_at),
        **more,
    }
    data = {name: value for name, value in facts.items() if value is not None}
    transaction.publish(type_name, key=request.id, version=request.version, data=data)
