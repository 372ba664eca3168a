"""An erasure is carried out: due work of small steps, each in a transaction, that may be broken off and begun again."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from shared.clock import rfc3339
from shared.messaging.due import Claimed, DueWork
from shared.messaging.erasures import COLLECTION, LOOKS_AGAIN, Erased, Erasures
from shared.messaging.purging import purge_letters, purge_outbox, purge_shadows
from shared.messaging.unit_of_work import Transaction, UnitOfWork
from shared.storage.client import Document
from shared.telemetry import logs

Step = Callable[[Transaction, Erased], Counter[str]]
"""Takes away some of what is left of a person, and counts it; called until there is nothing to count.

It may run several times for one person, also at the same moment: it looks for what is there, and at nothing else.
"""

S = TypeVar("S")

Finish = Callable[[Transaction, str, Mapping[str, int]], None]
"""Told, in the transaction that announces it, which erasure is done, and what was counted."""

Close = Callable[[Transaction, str, int], None]
"""Told, in the transaction that ends the last look, which member it was, and the version of the tombstone."""

_log = logs.logger(__name__)


def nothing_more(*_: object) -> None:
    """For services that have only to announce it."""


def with_store(store: S, *steps: Callable[[Transaction, S, Erased], Counter[str]]) -> Sequence[Step]:
    """The steps of a service, each handed its store."""
    return [lambda transaction, person, step=step: step(transaction, store, person) for step in steps]  # type: ignore[misc]


def erasing(
    erasures: Erasures, steps: Sequence[Step], finish: Finish = nothing_more, close: Close = nothing_more
) -> DueWork:
    """The due work: `steps` in their order, then what the machinery holds, then one announcement for each erasure.

    It is announced when both the request and the end of the member are known, or a copy could come after it. Twice
    later, all is looked through once more.
    """

    def perform(unit_of_work: UnitOfWork, claimed: Claimed) -> None:
        found = claimed.document
        person = erasures.person(found)

        def take(transaction: Transaction, step: Step) -> bool:
            taken = step(transaction, person)
            if not taken:
                return False
            counted = {f"counts.{name}": number for name, number in taken.items()}
            erasures.collection.update_one({"_id": found["_id"]}, {"$inc": counted}, session=transaction.session)
            return True

        for step in (*steps, purge_letters, purge_outbox, purge_shadows):
            while unit_of_work.run(lambda transaction, step=step: take(transaction, step), tenant=person.tenant):  # type: ignore[misc]
                pass

        def settle(transaction: Transaction) -> None:
            claimed.confirm(transaction.session)
            current = erasures.collection.find_one({"_id": found["_id"]}, session=transaction.session)
            if current is not None and current["heard"] == found["heard"]:  # else there is more to do it by
                _settle(transaction, erasures, current, finish, close)

        unit_of_work.run(settle, tenant=person.tenant)
        _log.info("member_erased", member=found["_id"], erasure=found.get("erasure_id"))

    return DueWork("erase_members", COLLECTION, perform, lease_seconds=120)


def _settle(transaction: Transaction, erasures: Erasures, current: Document, finish: Finish, close: Close) -> None:
    ready = "tombstone" in current and "erasure_id" in current
    change: Document = {}
    if ready and "completed_at" not in current:
        counts = current.get("counts", {})
        _announce(transaction, current, counts)
        finish(transaction, current["erasure_id"], counts)
        change["$set"] = {"completed_at": transaction.now}
    if current["looks"] < len(LOOKS_AGAIN):
        later = {"due_at": transaction.now + LOOKS_AGAIN[current["looks"]], "looks": current["looks"] + 1}
        change["$set"] = change.get("$set", {}) | later
    else:
        if "tombstone" in current:
            close(transaction, current["_id"], current["tombstone"])
        change["$set"] = change.get("$set", {}) | {"due_at": None}
        change["$unset"] = {"registrations": ""}
    erasures.collection.update_one({"_id": current["_id"]}, change, session=transaction.session)


def _announce(transaction: Transaction, current: Document, counts: Mapping[str, int]) -> None:
    transaction.publish(
        "erasure.completed.v1",
        key=current["_id"],
        version=None,
        data={
            "id": current["erasure_id"],
            "member_id": current["_id"],
            "service": transaction.service,
            "completed_at": rfc3339(transaction.now),
            "counts": dict(counts),
        },
    )
