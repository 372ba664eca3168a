"""A measure is upheld or lifted by a coordinator, or its time is over."""

from services.matching.commands.decide_report import tell_of_measure
from services.matching.commands.settle_conduct import settle_conduct
from services.matching.domain.forgetting import GONE
from services.matching.domain.measure import Measure, MeasureState, Outcome
from services.matching.store import Store
from shared.errors import Forbidden
from shared.messaging.unit_of_work import Transaction


def decide_measure(
    transaction: Transaction, store: Store, measure: Measure, outcome: Outcome, by: str | None
) -> Measure:
    """Upheld in spite of an appeal, or lifted; the member is told. Nobody decides on their own.

    Raises IllegalTransition, NoAppeal, Forbidden.
    """
    if by == measure.member_id:
        raise Forbidden("Another coordinator has to decide on this.")
    now = transaction.now
    decided = measure.upheld(by, now) if outcome is Outcome.UPHELD else measure.lifted(by, now)
    saved = store.measures.save(transaction.session, _kept(transaction, store, decided))
    tell_of_measure(transaction, store, saved, outcome.value)
    settle_conduct(transaction, store, saved.member_id)
    return saved


def end_measure(transaction: Transaction, store: Store, measure_id: str) -> None:
    """What is due: a suspension whose time is over; one that was lifted meanwhile is left alone."""
    measure = store.measures.find(transaction.tenant, measure_id, transaction.session)
    if measure is None or measure.due_at is None or measure.due_at > transaction.now:
        return
    if measure.state is MeasureState.IN_FORCE:
        ended = _kept(transaction, store, measure.ended(transaction.now))
        saved = store.measures.save(transaction.session, ended)
        settle_conduct(transaction, store, saved.member_id)


def _kept(transaction: Transaction, store: Store, measure: Measure) -> Measure:
    """As it stays, now that nobody has to decide on it: where the evidence has had its time, an appeal's words go."""
    report = store.reports.find(transaction.tenant, measure.report_id, transaction.session)
    over = report is None or report.text is None
    return measure.without_words(GONE, transaction.now) if over else measure
