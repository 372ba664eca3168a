"""Bulk upload: each row is checked at the door and published where an outside publisher would."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, TypeVar

from services.events.commands.publish_record import origin_of, publish_record, record_faults
from services.events.commands.refuse_erased import erased_among
from services.events.domain.attendee_import import KEPT, AttendeeImport, ImportState
from services.events.domain.event import Event
from services.events.store import Store
from shared.clock import Clock
from shared.errors import Fault, RowFault, listed, row_fault
from shared.ids import new_id
from shared.messaging.cause import Cause
from shared.messaging.unit_of_work import Transaction, UnitOfWork
from shared.web import Line

AT_ONCE = 500
"""Rows in one transaction."""

LARGEST_BATCH = 8 << 20
"""Bytes of rows in one transaction; a row has up to a MiB."""

_ERASED = Fault("/person", "erased: who this is about asked to be forgotten, later than this was said.")

T = TypeVar("T")


class BrokenOff(Exception):
    """The rows ended before their end; `upload` says how far they came. Its cause says why."""

    def __init__(self, upload: AttendeeImport) -> None:
        super().__init__(upload.id)
        self.upload = upload


@dataclass(slots=True)
class _Batch:
    records: list[Mapping[str, Any]] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    """Of their rows."""
    faulty_rows: int = 0
    faults: list[RowFault] = field(default_factory=list)
    size: int = 0

    @property
    def rows(self) -> int:
        return len(self.records) + self.faulty_rows

    @property
    def full(self) -> bool:
        return self.rows == AT_ONCE or self.size >= LARGEST_BATCH


def import_attendees(
    unit_of_work: UnitOfWork,
    store: Store,
    event: Event,
    rows: Iterable[Line],
    cause: Cause,
    *,
    dry_run: bool = False,
    column_of: Callable[[str], str | None] = lambda _: None,
) -> AttendeeImport:
    """Publishes the sound rows, up to 500 in a transaction, and reports the others; bad rows never stop good ones.

    A row whose registration came before in the same upload is a fault. A dry run finds the same faults and publishes
    nothing. `column_of` names the column that a fault's pointer leads to. Raises BrokenOff from what `rows` raises; the
    import then stays as `interrupted`, with what was published until then.
    """

    def write(work: Callable[[Transaction], T]) -> T:
        return unit_of_work.run(work, tenant=event.tenant, cause=cause)

    def begin(transaction: Transaction) -> AttendeeImport:
        now = transaction.now
        started = AttendeeImport(new_id(), event.tenant, 1, now, event.id, now + KEPT, dry_run=dry_run)
        store.imports.insert(transaction.session, started)
        return started

    def end(state: ImportState) -> AttendeeImport:
        return write(lambda transaction: store.imports.save(transaction.session, replace(upload, state=state)))

    upload = write(begin)
    try:
        for batch in _batches(event, rows, unit_of_work.clock, column_of):
            upload = write(_taking(store, upload, batch))
    except Exception as error:
        raise BrokenOff(end(ImportState.INTERRUPTED)) from error
    return end(ImportState.FINISHED)


def _taking(store: Store, upload: AttendeeImport, batch: _Batch) -> Callable[[Transaction], AttendeeImport]:
    def take(transaction: Transaction) -> AttendeeImport:
        erased = erased_among(transaction, store, batch.records)
        faults = [*batch.faults]
        sound = 0
        for number, record, is_erased in zip(batch.numbers, batch.records, erased, strict=True):
            if is_erased:
                faults.append(row_fault(number, _ERASED))
                continue
            sound += 1
            if not upload.dry_run:
                publish_record(transaction, record)
        faulty = batch.rows - sound
        counted = upload.after_batch(sound, faulty, sorted(faults, key=lambda each: each.row), transaction.now)
        return store.imports.save(transaction.session, counted)

    return take


def _batches(
    event: Event, rows: Iterable[Line], clock: Clock, column_of: Callable[[str], str | None]
) -> Iterator[_Batch]:
    # 64 bits of each: a fifth of what the names would take, and of a million two agree once in 40 million files.
    seen: set[int] = set()
    batch = _Batch()
    for row in rows:
        faults = [Fault("", row.fault)] if row.fault is not None else _faults(event, row.value, seen, clock.now())
        batch.size += row.size
        if faults:
            batch.faulty_rows += 1
            batch.faults += [row_fault(row.number, fault, column_of) for fault in listed(faults)]
        else:
            seen.add(hash(origin_of(row.value)))
            batch.records.append(row.value)
            batch.numbers.append(row.number)
        if batch.full:
            yield batch
            batch = _Batch()
    if batch.rows:
        yield batch


def _faults(event: Event, record: Any, seen: set[int], now: datetime) -> Sequence[Fault]:
    if faults := record_faults(record, now):
        return faults
    if not event.names(record["source"], record["source_event_id"]):
        return [Fault("/source_event_id", "The event does not name this source and source_event_id.")]
    if hash(origin_of(record)) in seen:
        return [Fault("/source_registration_id", "Came before in this upload.")]
    return []
