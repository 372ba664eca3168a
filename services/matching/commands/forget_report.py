"""Some time after a report was closed its text and evidence go; that there was one, and what it led to, stays."""

from services.matching.domain.forgetting import GONE
from services.matching.store import Store
from shared.messaging.unit_of_work import Transaction


def forget_report(transaction: Transaction, store: Store, report_id: str) -> None:
    """What is due. An erasure of either of the two leaves the evidence until then: it is what a decision rests on."""
    tenant, session, now = transaction.tenant, transaction.session, transaction.now
    report = store.reports.find(tenant, report_id, session)
    if report is None or report.due_at is None or report.due_at > now:
        return
    store.reports.save(session, report.without_content(now))
    measure = None if report.measure_id is None else store.measures.find(tenant, report.measure_id, session)
    if measure is not None and (after := measure.without_words(GONE, now)) is not measure:
        store.measures.save(session, after)
