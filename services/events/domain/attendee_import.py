"""A bulk upload of attendee records: how far it is, and what is wrong with which row."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from shared.errors import RowFault

MOST_FAULTS = 1000
"""Row faults that are kept; the others are counted."""

KEPT = timedelta(days=30)


class ImportState(StrEnum):
    """`interrupted`: the upload broke off; the rows counted as published are on their way all the same."""

    RUNNING = "running"
    FINISHED = "finished"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True)
class AttendeeImport:
    """Counts are of rows; `faults` are the first thousand. A dry run publishes none, and finds the same faults."""

    id: str
    tenant: str
    version: int
    updated_at: datetime
    event_id: str
    expire_at: datetime
    dry_run: bool = False
    state: ImportState = ImportState.RUNNING
    received: int = 0
    published: int = 0
    rejected: int = 0
    faults: tuple[RowFault, ...] = ()
    faults_omitted: int = 0

    def after_batch(
        self, sound_rows: int, faulty_rows: int, faults: Sequence[RowFault], now: datetime
    ) -> "AttendeeImport":
        """The import after some more rows."""
        room = MOST_FAULTS - len(self.faults)
        return replace(
            self,
            updated_at=now,
            received=self.received + sound_rows + faulty_rows,
            published=self.published + (0 if self.dry_run else sound_rows),
            rejected=self.rejected + faulty_rows,
            faults=(*self.faults, *faults[:room]),
            faults_omitted=self.faults_omitted + max(0, len(faults) - room),
        )
