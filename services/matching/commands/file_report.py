"""A member reports another, and the staff gets something to do."""

from collections.abc import Sequence

from services.matching.commands.create_task import create_task
from services.matching.commands.take_evidence import take_evidence
from services.matching.domain.report import Category, EvidenceKind, Report
from services.matching.store import Store
from shared.errors import Conflict, NotFound
from shared.ids import new_id
from shared.messaging.unit_of_work import Transaction


class ReportsThemselves(Conflict):
    """A report is about somebody else."""

    def __init__(self) -> None:
        super().__init__("Nobody can report themselves.")


def file_report(
    transaction: Transaction,
    store: Store,
    reporter_id: str,
    reported_id: str,
    *,
    category: Category,
    text: str,
    evidence: Sequence[tuple[EvidenceKind, str]] = (),
) -> Report:
    """A new report with its evidence as it is now. Raises NotFound, ReportsThemselves, Invalid for evidence.

    The task says what it is about and names nobody: a coordinator may be the one who is reported.
    """
    tenant, session = transaction.tenant, transaction.session
    reported = store.merges.survivor(tenant, reported_id, session)
    if store.copies.find(tenant, reported, session) is None:
        raise NotFound("member", reported_id)
    if reported == reporter_id:
        raise ReportsThemselves
    copies, program_id = take_evidence(transaction, store, reporter_id, reported, evidence)
    report = Report(
        id=new_id(),
        tenant=tenant,
        version=1,
        updated_at=transaction.now,
        created_at=transaction.now,
        reporter_id=reporter_id,
        reported_id=reported,
        category=category,
        text=text,
        evidence=copies,
        program_id=program_id or _program_of(transaction, store, reported, reporter_id),
    )
    store.reports.insert(session, report)
    if report.program_id is not None:
        create_task(transaction, store, "report", program_id=report.program_id, reason=category.value)
    return report


def _program_of(transaction: Transaction, store: Store, reported_id: str, reporter_id: str) -> str | None:
    """Whose coordinators are told: of the newest program of both, else of one of them, else of all."""
    of_reported = set(store.enrollments.programs_of(transaction.tenant, reported_id))
    of_reporter = set(store.enrollments.programs_of(transaction.tenant, reporter_id))
    near = of_reported & of_reporter or of_reported or of_reporter
    return max(near) if near else store.programs.newest(transaction.tenant, transaction.session)
