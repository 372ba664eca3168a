"""A feed of members: how far it is, what came of its rows, and what is to become of the members it leaves out."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from shared.errors import RowFault

MOST_FAULTS = 1000
"""Row faults that are kept; the others are counted."""

KEPT = timedelta(days=30)


class ImportState(StrEnum):
    """`interrupted`: the upload broke off, and nothing of it was applied."""

    RECEIVING = "receiving"
    APPLYING = "applying"
    WAITING_FOR_APPROVAL = "waiting_for_approval"
    SUSPENDING = "suspending"
    FINISHED = "finished"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True)
class MemberImport:
    """Counts are of rows, `known`, `absent` and `suspended` of members."""

    id: str
    tenant: str
    version: int
    updated_at: datetime
    expire_at: datetime
    dry_run: bool
    full: bool
    """Whether it is to name every member that the association has."""
    state: ImportState = ImportState.RECEIVING
    due_at: datetime | None = None
    queued_at: datetime | None = None
    """When it was whole: feeds are applied in this order."""
    received: int = 0
    applied: int = 0
    """Rows dealt with, rejected ones included; they are dealt with in their order."""
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    rejected: int = 0
    erased: int = 0
    """Rows about somebody who was erased: reported, and skipped."""
    faults: tuple[RowFault, ...] = ()
    faults_omitted: int = 0
    nameless: int = 0
    """Rows among the rejected that do not say whose they are: who is absent cannot be told for sure."""
    known: int = 0
    absent: int = 0
    absent_ids: tuple[str, ...] = ()
    """The first hundred of the absent."""
    suspended: int = 0
    suspended_to: str = ""
    """The id of the last member who was looked at to be suspended."""

    def with_faults(self, faults: Sequence[RowFault]) -> "MemberImport":
        """The import with these faults of one row more."""
        return replace(self._reporting(faults), rejected=self.rejected + 1)

    def with_erased(self, fault: RowFault) -> "MemberImport":
        """The import with one row more that was skipped for this."""
        return replace(self._reporting([fault]), erased=self.erased + 1)

    def _reporting(self, faults: Sequence[RowFault]) -> "MemberImport":
        room = MOST_FAULTS - len(self.faults)
        return replace(
            self,
            faults=(*self.faults, *faults[:room]),
            faults_omitted=self.faults_omitted + max(0, len(faults) - room),
        )

    def missing(self, found: Sequence[str], named: Collection[str]) -> Sequence[str]:
        """Those of the members who are absent. Who became known after the feed had begun to come cannot be."""
        return [each for each in found if each not in named and each < self.id]

    def after_rows(
        self, now: datetime, known: int, absent: int, absent_ids: Sequence[str], guard_percent: int
    ) -> "MemberImport":
        """The import when all rows are dealt with: who is absent goes at once only where that is beyond doubt.

        A feed may leave out `guard_percent` of the known members without being asked about it.
        """
        counted = replace(self, known=known, absent=absent, absent_ids=tuple(absent_ids), updated_at=now)
        if self.dry_run or not absent:
            return replace(counted, state=ImportState.FINISHED, due_at=None)
        if self.nameless or absent * 100 > known * guard_percent:
            return replace(counted, state=ImportState.WAITING_FOR_APPROVAL, due_at=None)
        return replace(counted, state=ImportState.SUSPENDING, due_at=now)
