"""Speed rounds are called off, by an organizer or with their event: whoever had any left is told."""

from services.events.commands.publish_rounds import announce_rounds, taking_part
from services.events.domain.round_series import RoundSeries, SeriesState
from services.events.store import Store
from shared.messaging.unit_of_work import Transaction

ORGANIZER, EVENT_CANCELLED = "organizer", "event_cancelled"


def cancel_rounds(transaction: Transaction, store: Store, series: RoundSeries, reason: str = ORGANIZER) -> RoundSeries:
    """The cancelled series; a second time changes nothing. A worker that is at it stops."""
    if series.state is SeriesState.CANCELLED:
        return series
    left = series.not_over(transaction.now)
    having = taking_part(transaction, store, series, left) if series.out and left < series.rounds else []
    saved = store.round_series.save(transaction.session, series.cancelled(transaction.now))
    if having:
        announce_rounds(transaction, saved, having, cancelled=reason)
    return saved


def cancel_rounds_of(transaction: Transaction, store: Store, event_id: str) -> None:
    """Calls off all rounds of an event that does not take place."""
    for series in store.round_series.taking_time(transaction.session, transaction.tenant, event_id):
        cancel_rounds(transaction, store, series, EVENT_CANCELLED)
