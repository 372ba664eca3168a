"""A webhook comes: its records are published as every door's are, what it only names is fetched soon."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.events.commands.publish_record import publish_records, record_faults
from services.events.domain.source import Source
from services.events.hooks.reading import Said
from services.events.store import Store
from shared.errors import Fault, listed
from shared.ids import new_id
from shared.messaging.unit_of_work import Transaction


@dataclass(frozen=True, slots=True)
class Receipt:
    """What came of a delivery; `repeated` says that this is the result of the first one."""

    id: str
    published: int
    fetches: int
    refused: int
    faults: Sequence[Fault]
    repeated: bool = False

    @property
    def nothing_taken(self) -> bool:
        return self.refused > 0 and self.published == 0


def receive_delivery(
    transaction: Transaction, store: Store, source: Source, said: Said, delivery_id: str | None, body: bytes
) -> Receipt:
    """Takes the delivery in, in one transaction; the same delivery again changes nothing.

    What is wrong is kept where its publisher finds it, `GET /v1/rejections`, however often it is sent.
    """
    session = transaction.session
    if delivery_id is not None and (first := store.deliveries.first(source.id, delivery_id, session)) is not None:
        return _receipt(first)
    digest = hashlib.sha256(body).hexdigest()
    faults: list[Fault] = []
    sound: list[Mapping[str, Any]] = []
    refused = 0
    if said.faults:
        refused = 1
        faults += said.faults
        _refuse(transaction, store, source, digest, said.faults, None)
    for pointer, record in said.records:
        if found := record_faults(record, transaction.now):
            refused += 1
            wrong = [Fault(f"{pointer}{each.pointer}", each.detail) for each in listed(found)]
            faults += wrong
            _refuse(transaction, store, source, f"{digest}{pointer}", wrong, record)
        else:
            sound.append(record)
    published = publish_records(transaction, store, sound)
    for path in said.paths:
        store.syncs.ask(session, transaction.tenant, source.id, path, transaction.now)
    receipt = Receipt(new_id(), published, len(said.paths), refused, tuple(listed(faults)))
    if delivery_id is not None:
        store.deliveries.keep(session, transaction.tenant, source.id, delivery_id, _kept(receipt), transaction.now)
    return receipt


def _refuse(
    transaction: Transaction, store: Store, source: Source, what: str, faults: Sequence[Fault], record: Any
) -> None:
    place = record if isinstance(record, dict) else {}
    store.refused.keep(
        transaction.session,
        transaction.tenant,
        source.name,
        what,
        listed(faults),
        transaction.now,
        reason="invalid",
        source_event_id=_word(place.get("source_event_id")),
        source_registration_id=_word(place.get("source_registration_id")),
    )


def _word(value: object) -> str | None:
    return value[:200] if isinstance(value, str) else None


def _kept(receipt: Receipt) -> dict[str, Any]:
    return {
        "id": receipt.id,
        "published": receipt.published,
        "fetches": receipt.fetches,
        "refused": receipt.refused,
        "faults": [{"pointer": each.pointer, "detail": each.detail} for each in receipt.faults],
    }


def _receipt(kept: dict[str, Any]) -> Receipt:
    faults = tuple(Fault(**each) for each in kept.pop("faults"))
    return Receipt(**kept, faults=faults, repeated=True)
