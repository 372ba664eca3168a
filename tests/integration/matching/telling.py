"""What other services announce, handed to matching as its worker gets it from Kafka."""

import itertools
from datetime import datetime, timedelta
from typing import Any

from shared.contracts import registry
from shared.ids import new_id
from shared.messaging import envelope
from shared.messaging.envelope import Message
from shared.messaging.record import Record
from tests.integration.matching.association import TENANT, Association

_offsets = iter(range(1, 1_000_000))
_versions = itertools.count(2)


def record(
    type_name: str,
    data: dict[str, Any] | None,
    *,
    key: str,
    version: int,
    at: datetime,
    tenant: str = TENANT,
) -> Record:
    """A record as the relay of the other service would send it."""
    kind = registry.get(type_name)
    assert not kind.strict_faults(data), kind.strict_faults(data)
    message = Message(
        id=new_id(),
        type=kind.name,
        source=f"/tenants/{tenant}/services/{kind.topic.written_by[0]}",
        subject=key,
        time=at,
        tenant=tenant,
        key=key,
        version=version,
        correlation_id=new_id(),
        causation_id=None,
        traceparent=None,
        data=data,
    )
    return Record(
        topic=kind.topic.name,
        partition=0,
        offset=next(_offsets),
        timestamp=at,
        key=key.encode(),
        value=envelope.value(message),
        headers=envelope.headers(message),
    )


def tell(association: Association, *records: Record) -> None:
    """Handles them as one batch of one partition."""
    association.service.handling().handle(records)


def merged(association: Association, away: str, into: str) -> Record:
    content = {"id": away, "merged_into": into}
    return record("member.merged.v1", content, key=away, version=next(_versions), at=association.clock.now())


def unmerged(association: Association, member: str) -> Record:
    content = {"id": member, "given_name": "Ada", "family_name": "Okafor"}
    return record("member.unmerged.v1", content, key=member, version=next(_versions), at=association.clock.now())


def met(
    association: Association, event_id: str, meeting_id: str, *members: str, version: int = 1, reverted: bool = False
) -> Record:
    """The two of a meeting have met, or had not after all."""
    content = {
        "event_id": event_id,
        "meeting_id": meeting_id,
        "member_ids": sorted(members),
        "met_on": "2026-01-07",
        "met_at": "2026-01-07T18:30:00Z",
    }
    word = "people.met_reverted.v1" if reverted else "people.met.v1"
    return record(word, content, key=meeting_id, version=version, at=association.clock.now())


class Ticket:
    """One registration at the events service, which tells of each of its versions."""

    def __init__(self, association: Association, event_id: str, member_id: str, *roles: str) -> None:
        self._association = association
        self.id = new_id()
        self._event_id = event_id
        self._member_id = member_id
        self._roles = list(roles)
        self._version = 0

    def record(self, type_name: str, status: str, *, attending: bool, **more: Any) -> Record:
        """The next version of the registration, a minute after the one before."""
        self._version += 1
        data = {
            "id": self.id,
            "event_id": self._event_id,
            "member_id": self._member_id,
            "status": status,
            "attending": attending,
            "mentoring": self._roles,
            **more,
        }
        at = self._association.clock.now() + timedelta(minutes=self._version)
        return record(type_name, data, key=self.id, version=self._version, at=at)

    def confirmed(self) -> Record:
        return self.record("registration.confirmed.v1", "confirmed", attending=True)

    def checked_in(self) -> Record:
        at = "2026-01-07T18:00:00Z"
        return self.record("registration.checked_in.v1", "confirmed", attending=True, checked_in_at=at)

    def cancelled(self, *, attending: bool = False) -> Record:
        return self.record("registration.cancelled.v1", "cancelled", attending=attending, reason="source")
