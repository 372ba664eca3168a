"""The stream of a fault run: attendee records of many registrations, several versions of each, in no strict order."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from shared.clock import rfc3339

SOURCE, SOURCE_EVENT = "turnstile", "stream"

_VERSIONS = 3
"""Of a registration, on average."""
_AN_UPLOAD = 50
_LATE = 0.15
"""Share of the records that come after newer ones of their registration."""
_TWO_TICKETS = 20
"""Every so many registrations, one is a second ticket of the person before."""
_STATUSES = ("confirmed", "confirmed", "confirmed", "pending", "waitlisted", "cancelled", "no_show")
_ROLES: tuple[list[str], ...] = ([], [], ["mentor"], ["mentee"], ["mentor", "mentee"])
FIRST_SAID = datetime(2026, 1, 5, 9, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Record:
    """One version of one registration, as its source has it; versions count from 1."""

    registration: str
    version: int
    data: dict[str, Any]

    @property
    def key(self) -> str:
        """Where every door puts it on the topic."""
        return f"{SOURCE}/{SOURCE_EVENT}/{self.registration}"


@dataclass(frozen=True, slots=True)
class Stream:
    """What is going to be published: `uploads` one after the other, `outside` beside them, straight to the topic."""

    uploads: Sequence[Sequence[Record]]
    outside: Sequence[Record]

    @property
    def everything(self) -> list[Record]:
        return [record for upload in self.uploads for record in upload] + list(self.outside)


def make_stream(seed: int, records: int) -> Stream:
    """The same stream for the same seed, half of it for each door."""
    rng = random.Random(seed)
    placed: list[tuple[float, Record]] = []
    number = 0
    while len(placed) < records:
        number += 1
        begins = rng.random() * 0.8
        for version in range(1, min(rng.randint(1, 2 * _VERSIONS - 1), records - len(placed)) + 1):
            place = begins + version * 0.04 + (0.1 if rng.random() < _LATE else 0.0)
            placed.append((place, _record(rng, number, version)))
    placed.sort(key=lambda each: each[0])
    uploaded: list[Record] = []
    outside: list[Record] = []
    for _, record in placed:
        (uploaded if rng.random() < 0.5 else outside).append(record)
    return Stream(_parted(uploaded), outside)


def _record(rng: random.Random, number: int, version: int) -> Record:
    registration = f"T{number}"
    person = number - 1 if number % _TWO_TICKETS == 0 else number
    data = {
        "source": SOURCE,
        "source_event_id": SOURCE_EVENT,
        "source_registration_id": registration,
        "person": {"email": f"p{person}@example.org", "given_name": "Noor", "family_name": f"Person {person}"},
        "ticket_type": f"version {version}",
        "status": rng.choice(_STATUSES),
        "mentoring": rng.choice(_ROLES),
        "updated_at": rfc3339(FIRST_SAID + timedelta(minutes=version)),
    }
    return Record(registration, version, data)


def _parted(records: Sequence[Record]) -> list[list[Record]]:
    """Into uploads, none of which holds a registration twice: that would be a fault of its second row."""
    uploads: list[list[Record]] = []
    waiting = list(records)
    while waiting:
        upload: dict[str, Record] = {}
        later = []
        for position, record in enumerate(waiting):
            if len(upload) == _AN_UPLOAD:
                later += waiting[position:]
                break
            if record.registration in upload:
                later.append(record)
            else:
                upload[record.registration] = record
        uploads.append(list(upload.values()))
        waiting = later
    return uploads
