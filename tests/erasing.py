"""Erasures as the three services that did not begin them hear of them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from shared.clock import rfc3339
from shared.ids import new_id
from shared.messaging import envelope
from shared.messaging.envelope import Message
from shared.messaging.record import Record
from shared.storage.identifier_hashes import IdentifierHashes

SECRET = "a-secret-of-the-tests-and-nobody-else"
HASHES = IdentifierHashes((SECRET,))


def tombstone(tenant: str, member_id: str, offset: int, at: datetime, version: int = 9) -> Record:
    """The end of a member."""
    return _record("members.v1", "member.erased.v1", tenant, member_id, None, offset, at, version)


def request(
    tenant: str,
    member_id: str,
    offset: int,
    at: datetime,
    *,
    tickets: Sequence[str] = (),
    known_by: Sequence[tuple[str, str]] = (),
    erasure_id: str | None = None,
) -> Record:
    """The request; `known_by` are kinds and values of what was known of them, tickets are of pretix' summit."""
    data = {
        "id": erasure_id or new_id(),
        "member_id": member_id,
        "requested_at": rfc3339(at),
        "registrations": [
            {"source": "pretix", "source_event_id": "summit", "source_registration_id": each} for each in tickets
        ],
        "hashes": [{"kind": kind, "hash": HASHES.made(tenant, kind, value)} for kind, value in known_by],
    }
    return _record("privacy.v1", "erasure.requested.v1", tenant, member_id, data, offset, at, 1)


def _record(
    topic: str,
    name: str,
    tenant: str,
    key: str,
    data: dict[str, Any] | None,
    offset: int,
    at: datetime,
    version: int,
) -> Record:
    source, kind = f"/tenants/{tenant}/services/profiles", f"org.ithaca.{name}"
    message = Message(new_id(), kind, source, key, at, tenant, key, version, "c", None, None, data)
    return Record(topic, 0, offset, at, key.encode(), envelope.value(message), envelope.headers(message))
