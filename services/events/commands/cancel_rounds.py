"""An organizer calls speed rounds off."""

from services.events.domain.round_series import RoundSeries, SeriesState
from services.events.store import Store
from shared.messaging.unit_of_work import Transaction


def cancel_rounds(transaction: Transaction, store: Store, series: RoundSeries) -> RoundSeries:
    """The cancelled series; a second time changes nothing. A worker that is at it stops."""
    if series.state is SeriesState.CANCELLED:
        return series
    return store.round_series.save(transaction.session, series.cancelled(transaction.now))
