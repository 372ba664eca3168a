"""What an attendee record says of who somebody is: by this, records of the erased are recognized."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from shared.clock import parse_rfc3339
from shared.messaging.record import Record
from shared.storage.identifier_hashes import BUYER, EMAIL, NUMBER

Place = tuple[str, str, str]
"""A registration in a system outside: the source, the event's id there, its own id."""

_ADDRESS = re.compile(r"[^\s\"'<>()\[\],;:\\]{1,200}@[^\s\"'<>()\[\],;:\\]{1,200}")


@dataclass(frozen=True, slots=True)
class Traces:
    """Of one record. A record without an address of the person's own may be known by its buyer's and the name."""

    place: Place | None = None
    email: str | None = None
    number: str | None = None
    buyer: str | None = None
    name: str = ""
    said_at: datetime | None = None
    """When the source last changed it; None where that cannot be read."""

    def own(self) -> Iterator[tuple[str, str]]:
        """The kinds and values that say who the person is."""
        if self.email:
            yield EMAIL, self.email
        if self.number:
            yield NUMBER, self.number
        if self.buyer and self.name:
            yield BUYER, buyer_and_name(self.buyer, self.name)


def buyer_and_name(address: str, name: str) -> str:
    """What tickets without an address of their own are known by, whatever the case and the spacing."""
    return f"{address}\n{' '.join(name.split())}"


def traces_of(data: Mapping[str, Any]) -> Traces:
    """Those of an `attendee.published` or `attendee.removed`, whether or not it keeps its schema."""
    place = [_text(data, name) for name in ("source", "source_event_id", "source_registration_id")]
    person = data.get("person")
    told: Mapping[str, Any] = person if isinstance(person, Mapping) else {}
    parted = f"{_text(told, 'given_name')} {_text(told, 'family_name')}".strip()
    return Traces(
        place=(place[0], place[1], place[2]) if all(place) else None,
        email=_text(told, "email") or None,
        number=" ".join(_text(told, "member_number").split()) or None,
        buyer=_text(told, "buyer_email") or None,
        name=parted or _text(told, "name"),
        said_at=_moment(_text(data, "updated_at")),
    )


def traces_of_record(record: Record) -> Traces:
    """Those of a record in either mode, as far as it can be read."""
    return traces_of(content_of(record.value))


def content_of(value: bytes | None) -> Mapping[str, Any]:
    """The data of a CloudEvent in either mode; empty where it cannot be read."""
    try:
        content = orjson.loads(value or b"")
    except orjson.JSONDecodeError:
        return {}
    if isinstance(content, dict) and isinstance(content.get("data"), dict):
        content = content["data"]
    return content if isinstance(content, dict) else {}


def addresses_in(value: bytes | None) -> Iterator[str]:
    """Whatever looks like an e-mail address, in a value that may be anything."""
    for found in _ADDRESS.finditer((value or b"").decode("utf-8", "replace")):
        yield found[0]


def _moment(text: str) -> datetime | None:
    try:
        return parse_rfc3339(text)
    except (ValueError, OverflowError):
        return None


def _text(data: Mapping[str, Any], name: str) -> str:
    found = data.get(name)
    return found if isinstance(found, str) else ""
