"""What a record costs with a million registrations stored, against ten thousand: ingest must not slow as it fills."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from pymongo.database import Database

from bench.attendees import events, preload, ticket, worked_off
from bench.ground import scratch
from bench.result import Result, median
from shared.ids import new_id
from shared.settings import Settings
from shared.storage import Document

FEW, MANY = 10_000, 1_000_000
RECORDS = 10_000
ROUNDS = 3
_FIRST = 100
_AT_ONCE = 5_000

Ingest = Callable[[], float]
"""Takes some more records in; how many a second."""


def run(settings: Settings, progress: Callable[[str], None]) -> list[Result]:
    """Records per second into a million, beside those into ten thousand, in turns."""
    rates: dict[int, list[float]] = {FEW: [], MANY: []}
    with _stored(settings, FEW, progress) as few, _stored(settings, MANY, progress) as many:
        for number in range(ROUNDS):
            for stored, ingest in ((FEW, few), (MANY, many)):
                rates[stored].append(ingest())
                progress(f"ingest at {stored:,}, round {number + 1} of {ROUNDS}: {rates[stored][-1]:,.0f}/s")
    return [
        Result(
            "ingest_at_1m",
            "records/s",
            median(rates[MANY]),
            median(rates[FEW]),
            None,
            f"with {MANY:,} stored, the floor with {FEW:,}; medians of {ROUNDS} rounds, {RECORDS} records",
            higher_is_better=True,
        )
    ]


@contextmanager
def _stored(settings: Settings, stored: int, progress: Callable[[str], None]) -> Iterator[Ingest]:
    """A service that has so many registrations, and a way to have it take in more."""
    progress(f"ingest: storing {stored:,} registrations")
    with scratch(settings) as own, events(own) as (ground, service):
        registrations, taken = ground.database["registrations"], 0

        def ingest(count: int) -> float:
            nonlocal taken
            preload(own, count, first=taken)
            taken += count
            before = registrations.estimated_document_count()
            return count / worked_off(
                service.worker(), lambda: registrations.estimated_document_count() >= before + count
            )

        ingest(_FIRST)
        _multiply(ground.database, stored - _FIRST)
        yield lambda: ingest(RECORDS)


def _multiply(database: Database[Document], count: int) -> None:
    """Has each collection that grows by the record grow by so many, like the first, of tickets that never come."""
    for name, renumbered in (("registrations", _registration), ("inbox", _inbox_row), ("identifiers", _identifier)):
        like = database[name].find_one({"_id": {"$regex": "ORDER"}} if name == "identifiers" else {})
        if like is None:
            raise LookupError(f"{name} did not grow")
        for first in range(0, count, _AT_ONCE):
            numbers = range(first, min(first + _AT_ONCE, count))
            database[name].insert_many([like | renumbered(like, number) for number in numbers], ordered=False)


def _registration(like: Document, number: int) -> Document:
    person: Any = like["attendee"] | {"name": f"Grace Osei {number}", "email": f"stored{number}@example.org"}
    return {
        "_id": new_id(),
        "origin": like["origin"] | {"source_registration_id": _ticket(number)},
        "attendee": person,
    }


def _inbox_row(like: Document, _: int) -> Document:
    return {"_id": "\n".join((*like["_id"].split("\n")[:-1], new_id()))}


def _identifier(like: Document, number: int) -> Document:
    return {"_id": like["_id"].replace(_of(like["_id"]), _ticket(number))}


def _of(identifier: str) -> str:
    """The ticket that the identifier ends with."""
    return identifier[identifier.index("ORDER") :]


def _ticket(number: int) -> str:
    return f"STORED-{ticket(number)}"
