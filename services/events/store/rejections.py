"""What of attendee records was refused: dead letters of their topic, and what no door let in, read for their tenant."""

import heapq
from collections.abc import Iterator
from itertools import islice
from typing import Any

import orjson
from pymongo.database import Database

from services.events.domain.rejection import Rejection
from services.events.store.refused import Refused
from shared.messaging import letters
from shared.messaging.letters import Letter
from shared.storage import Document

_TOPIC = "attendees.v1"
_AT_ONCE = 500


class Rejections:
    """A view on both; it changes none."""

    def __init__(self, database: Database[Document], refused: Refused) -> None:
        self._database = database
        self._refused = refused

    def page(self, tenant: str, source: str | None, *, limit: int, after: str | None) -> list[Rejection]:
        """Up to `limit` in order of id, of that source only if it is given."""
        dead = (each for each in self._of(tenant, after) if source in (None, each.source))
        refused = self._refused.of(tenant, source, after)
        return list(islice(heapq.merge(dead, refused, key=lambda each: each.id), limit))

    def _of(self, tenant: str, after: str | None) -> Iterator[Rejection]:
        # What could not be read as far as its tenant is filed under none, but may say it in a header.
        unread: Document = {"tenant": "", "headers": ["ce_tenant", tenant.encode()]}
        # What is parked is our own failure so far, and no fault of its publisher's.
        given_up = {"$ne": letters.PARKED}
        where: Document = {"topic": _TOPIC, "state": given_up, "$or": [{"tenant": tenant}, unread]}
        while found := letters.listed(self._database, where, limit=_AT_ONCE, after=after):
            yield from map(_rejection, found)
            after = found[-1].id


def _rejection(letter: Letter) -> Rejection:
    data = _data(letter)
    return Rejection(
        id=letter.id,
        reason=letter.reason,
        faults=letter.faults,
        state=letter.state,
        source=_text(data, "source"),
        source_event_id=_text(data, "source_event_id"),
        source_registration_id=_text(data, "source_registration_id"),
        partition=letter.record.partition,
        offset=letter.record.offset,
        at=letter.at,
    )


def _data(letter: Letter) -> dict[str, Any]:
    """The record's data in either mode, as far as it can be read."""
    try:
        value = orjson.loads(letter.record.value or b"")
    except orjson.JSONDecodeError:
        return {}
    if isinstance(value, dict) and isinstance(value.get("data"), dict):
        value = value["data"]
    return value if isinstance(value, dict) else {}


def _text(data: dict[str, Any], name: str) -> str | None:
    found = data.get(name)
    return found if isinstance(found, str) else None
