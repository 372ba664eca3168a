"""Records that no service can ever take: each must end as one dead letter, and stop nobody who reads it."""

import json
from dataclasses import dataclass

from shared.ids import new_id
from tests.faults.stream import SOURCE, SOURCE_EVENT
from tests.faults.workload import attendee_headers

BURIED_BY = "events"
"""The service that keeps the doors of attendee records: the others that read them pass over what it buries."""

_KEY = "poison/"


@dataclass(frozen=True, slots=True)
class Poison:
    """A record for the attendees' topic."""

    key: str
    value: bytes
    headers: tuple[tuple[str, bytes], ...]


def is_poison(key: str) -> bool:
    """By the key, as of some records nothing else can be read."""
    return key.startswith(_KEY)


def make_poison(number: int, tenant: str) -> Poison:
    """One kind after the other: no JSON, no CloudEvent, without what is required, with a status that there is not."""
    headers = tuple(attendee_headers(new_id(), tenant))
    place = {"source": SOURCE, "source_event_id": SOURCE_EVENT, "source_registration_id": f"X{number}"}
    lacking = json.dumps(place).encode()
    wrong = {**place, "person": {"email": "nobody@example.org"}, "status": "perhaps"}
    kinds = (
        (b"{ no JSON", headers),
        (lacking, ()),
        (lacking, headers),
        (json.dumps({**wrong, "updated_at": "2026-01-05T09:00:00Z"}).encode(), headers),
    )
    value, with_headers = kinds[number % len(kinds)]
    return Poison(f"{_KEY}{number}", value, with_headers)
