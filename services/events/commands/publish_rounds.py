"""Speed rounds are published: everybody who takes part is told, in parts of a list that a message can hold.

Whoever has given their ticket back since is not: they have their time back, and nobody waits for them.
"""

from collections.abc import Sequence

from services.events.domain.round_place import ABSENT
from services.events.domain.round_series import RoundSeries, SeriesState
from services.events.store import Store
from shared.clock import rfc3339
from shared.messaging.unit_of_work import Transaction

PART = 200
"""Members a message names: whoever tells them does it in one transaction for each."""


def publish_rounds(transaction: Transaction, store: Store, series: RoundSeries) -> RoundSeries:
    """The published series. Raises IllegalTransition, and Conflict where its first round has begun."""
    saved = store.round_series.save(transaction.session, series.publishing(transaction.now))
    announce_rounds(transaction, saved, taking_part(transaction, store, saved, 0))
    return saved


def taking_part(transaction: Transaction, store: Store, series: RoundSeries, first: int) -> list[str]:
    """Whoever the plan has in any round from `first` on, and still comes; by the ids of their places."""
    tenant, session = series.tenant, transaction.session
    places = store.round_places.all(series, session)
    there = [place.member_id for place in places if any(seat != ABSENT for seat in place.seats[first:])]
    now_is = store.merges.survivors(tenant, there, session)
    coming = store.attendance.attending(tenant, series.event_id, set(now_is.values()), session)
    return [each for each, person in now_is.items() if person in coming]


def announce_rounds(
    transaction: Transaction, series: RoundSeries, member_ids: Sequence[str], *, cancelled: str | None = None
) -> None:
    """Tells these members of the plan that is shown, or why it is `cancelled`; messages of one version, in order."""
    state = {} if cancelled is None else {"state": SeriesState.CANCELLED.value, "reason": cancelled}
    parts = [member_ids[first : first + PART] for first in range(0, len(member_ids), PART)] or [()]
    for number, some in enumerate(parts, start=1):
        data = {
            "id": series.id,
            "event_id": series.event_id,
            "plan_version": series.plan_version,
            "first_round": series.first_round,
            "rounds": series.rounds,
            "group_size": series.group_size,
            "starts_at": rfc3339(series.starts_at),
            "round_minutes": series.round_minutes,
            **state,
            "part": number,
            "parts": len(parts),
            "member_ids": list(some),
        }
        transaction.publish("rounds.published.v1", key=series.id, version=series.version, data=data)
