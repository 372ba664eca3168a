"""A coordinator takes a report into review, acts on it, or dismisses it."""

from datetime import datetime

from services.matching.commands.create_task import create_task
from services.matching.commands.settle_conduct import settle_conduct
from services.matching.domain.measure import Measure, MeasureKind
from services.matching.domain.report import Report
from services.matching.store import Store
from shared.ids import new_id
from shared.messaging.unit_of_work import Transaction


def review_report(transaction: Transaction, store: Store, report: Report, by: str | None) -> Report:
    """In the hands of this coordinator. Raises IllegalTransition."""
    return store.reports.save(transaction.session, report.under_review(by, transaction.now))


def dismiss_report(transaction: Transaction, store: Store, report: Report, by: str | None) -> Report:
    """Closed without a measure; the reported never hears of it. Raises IllegalTransition."""
    closed = report.dismissed(by, _keep_days(transaction, store), transaction.now)
    return store.reports.save(transaction.session, closed)


def act_on_report(
    transaction: Transaction, store: Store, report: Report, by: str | None, kind: MeasureKind, until: datetime | None
) -> Report:
    """Closed with a measure, which the member gets as a task: what it is, and not why or from whom.

    Raises IllegalTransition.
    """
    now, session = transaction.now, transaction.session
    identifier = new_id()
    closed = report.actioned(identifier, by, _keep_days(transaction, store), now)
    member_id = store.merges.survivor(transaction.tenant, report.reported_id, session)
    measure = Measure(
        id=identifier,
        tenant=transaction.tenant,
        version=1,
        updated_at=now,
        report_id=report.id,
        category=report.category.value,
        member_id=member_id,
        made_of=report.reported_id,
        kind=kind,
        since=now,
        program_id=report.program_id,
        until=until,
        due_at=until,
        decided_by=by,
    )
    store.measures.insert(session, measure)
    tell_of_measure(transaction, store, measure, kind.value)
    settle_conduct(transaction, store, member_id)
    return store.reports.save(session, closed)


def tell_of_measure(transaction: Transaction, store: Store, measure: Measure, reason: str) -> None:
    """The member gets something to look at; where the association has no program, they find it when they look.

    Of who was erased since there is nobody to tell.
    """
    there = store.copies.find(transaction.tenant, measure.member_id, transaction.session) is not None
    if measure.program_id is not None and there:
        assignees = (measure.member_id,)
        create_task(transaction, store, "measure", program_id=measure.program_id, assignee_ids=assignees, reason=reason)


def _keep_days(transaction: Transaction, store: Store) -> int:
    return store.association_defaults.of(transaction.tenant, transaction.session)["report_evidence_days"]
