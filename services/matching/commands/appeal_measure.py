"""A member appeals against a measure, once."""

from services.matching.commands.create_task import create_task
from services.matching.domain.measure import Measure
from services.matching.store import Store
from shared.messaging.unit_of_work import Transaction


def appeal_measure(transaction: Transaction, store: Store, measure: Measure, text: str) -> Measure:
    """With the appeal, for a coordinator to decide on. Raises IllegalTransition, AppealedBefore."""
    saved = store.measures.save(transaction.session, measure.appealed(text, transaction.now))
    if saved.program_id is not None:
        create_task(transaction, store, "appeal", program_id=saved.program_id, reason=saved.kind.value)
    return saved
