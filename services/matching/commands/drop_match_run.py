"""A coordinator does not want a match run any more; what it proposed is published to nobody."""

from services.matching.domain.match_run import MatchRun
from services.matching.store import Store
from shared.messaging.unit_of_work import Transaction


def drop_match_run(transaction: Transaction, store: Store, run: MatchRun, verb: str) -> MatchRun:
    """The run after `cancel` (while it is computed) or `discard`. Raises IllegalTransition."""
    return store.runs.save(transaction.session, run.moved(verb, transaction.now))
