"""A feed of members is taken in: each row is checked and kept until it is applied, so that no upload has to wait."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from services.profiles.domain.member_import import KEPT, ImportState, MemberImport
from services.profiles.domain.member_row import LONGEST_NUMBER
from services.profiles.store import Store
from services.profiles.store.member_imports import StagedRow
from shared.errors import Fault, listed, row_fault
from shared.ids import new_id
from shared.messaging.cause import Cause
from shared.messaging.unit_of_work import Transaction, UnitOfWork
from shared.web import Line

AT_ONCE = 500
LARGEST_BATCH = 8 << 20
"""Rows, and bytes of them, in one transaction."""

Check = Callable[[Any], Sequence[Fault]]
T = TypeVar("T")


class BrokenOff(Exception):
    """The rows ended before their end: nothing of them will be applied. The cause says why."""


@dataclass(slots=True)
class _Batch:
    lines: list[Line] = field(default_factory=list)
    size: int = 0


def receive_members(
    unit_of_work: UnitOfWork,
    store: Store,
    tenant: str,
    lines: Iterable[Line],
    check: Check,
    cause: Cause,
    *,
    dry_run: bool,
    full: bool,
    column_of: Callable[[str], str | None] = lambda _: None,
) -> MemberImport:
    """The import, whole and due to be applied. `check` tells what is wrong with a row.

    A faulty row is reported, and its member counts as named all the same. Raises BrokenOff from what `lines` raises;
    the import then stays as `interrupted`.
    """

    def write(work: Callable[[Transaction], T]) -> T:
        return unit_of_work.run(work, tenant=tenant, cause=cause)

    def begin(transaction: Transaction) -> MemberImport:
        now = transaction.now
        started = MemberImport(new_id(), tenant, 1, now, now + KEPT, dry_run=dry_run, full=full)
        store.imports.insert(transaction.session, started)
        return started

    def end(state: ImportState) -> MemberImport:
        def finish(transaction: Transaction) -> MemberImport:
            due_at = transaction.now if state is ImportState.APPLYING else None
            return store.imports.save(
                transaction.session, replace(upload, state=state, due_at=due_at, queued_at=due_at)
            )

        return write(finish)

    upload = write(begin)
    seen: set[int] = set()
    try:
        for batch in _batches(lines):
            read, rows = _read(upload, batch, check, seen, column_of)
            upload = write(_staging(store, read, rows))
    except Exception as error:
        end(ImportState.INTERRUPTED)
        raise BrokenOff from error
    return end(ImportState.APPLYING)


def _read(
    upload: MemberImport,
    lines: Sequence[Line],
    check: Check,
    seen: set[int],
    column_of: Callable[[str], str | None],
) -> tuple[MemberImport, Sequence[StagedRow]]:
    """The import with these lines counted, and the rows to keep of them; `seen` are the numbers of the lines before."""
    rows = []
    for line in lines:
        upload = replace(upload, received=upload.received + 1)
        number = _number(line.value)
        again = bool(number) and hash(number) in seen
        faults = [Fault("", line.fault)] if line.fault is not None else list(check(line.value))
        if again and not faults:
            faults = [Fault("/member_number", "Came before in this file.")]
        if number and not again:
            seen.add(hash(number))
            rows.append(StagedRow(upload.received, line.number, number, None if faults else line.value))
        if faults:
            upload = upload.with_faults([row_fault(line.number, each, column_of) for each in listed(faults)])
            upload = replace(
                upload, nameless=upload.nameless + (not number), applied=upload.applied + (again or not number)
            )
    return upload, rows


def _staging(store: Store, upload: MemberImport, rows: Sequence[StagedRow]) -> Callable[[Transaction], MemberImport]:
    def stage(transaction: Transaction) -> MemberImport:
        store.imports.stage(transaction.session, upload, rows, transaction.now + KEPT)
        return store.imports.save(transaction.session, replace(upload, updated_at=transaction.now))

    return stage


def _batches(lines: Iterable[Line]) -> Iterator[Sequence[Line]]:
    batch = _Batch()
    for line in lines:
        batch.lines.append(line)
        batch.size += line.size
        if len(batch.lines) == AT_ONCE or batch.size >= LARGEST_BATCH:
            yield batch.lines
            batch = _Batch()
    if batch.lines:
        yield batch.lines


def _number(value: Any) -> str:
    """The member number that a row names, whatever else is wrong with it; nobody has one that is too long."""
    number = value.get("member_number") if isinstance(value, dict) else None
    named = " ".join(number.split()) if isinstance(number, str) else ""
    return named if len(named) <= LONGEST_NUMBER else ""
