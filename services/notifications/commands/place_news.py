"""News finds its delivery: it joins the one that gathers what it goes with, or makes a new one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.notifications.domain.delivery import Delivery, DeliveryState
from services.notifications.domain.notification import Notification
from services.notifications.domain.preferences import Channel
from services.notifications.domain.timing import Plan
from services.notifications.store import Place, Store
from shared.ids import new_id
from shared.messaging.unit_of_work import Transaction


@dataclass(frozen=True, slots=True)
class Placed:
    """A notification, by which channel, and when."""

    notification: Notification
    channel: Channel
    plan: Plan


def place_news(transaction: Transaction, store: Store, news: Sequence[Placed]) -> None:
    """In a handful of statements, however much it is.

    A place that fills, or a delivery that closes, while we look conflicts with us: this then runs again and sees it.
    """
    alone: list[Placed] = []
    together: dict[Place, list[Placed]] = {}
    for each in news:
        if each.plan.bundle is None:
            alone.append(each)
        else:
            place = Place(each.notification.member_id, each.channel, each.plan.bundle)
            together.setdefault(place, []).append(each)
    gathering = store.deliveries.gathering(transaction.session, transaction.tenant, together)
    joining = {gathering[place]: _joining(those) for place, those in together.items() if place in gathering}
    store.deliveries.join(transaction.session, joining, transaction.now)
    new = [[each] for each in alone] + [those for place, those in together.items() if place not in gathering]
    traceparent = transaction.traceparent
    store.deliveries.write(transaction.session, [(None, _delivery(transaction, those, traceparent)) for those in new])


def _joining(news: Sequence[Placed]) -> tuple[Sequence[str], datetime]:
    return [each.notification.id for each in news], min(each.plan.due_at for each in news)


def _delivery(transaction: Transaction, news: Sequence[Placed], traceparent: str | None) -> Delivery:
    first = news[0]
    told, due_at = _joining(news)
    return Delivery(
        id=new_id(),
        tenant=transaction.tenant,
        version=1,
        updated_at=transaction.now,
        created_at=transaction.now,
        notification_ids=tuple(told),
        member_id=first.notification.member_id,
        channel=first.channel,
        state=DeliveryState.PENDING,
        due_at=due_at,
        bundle=first.plan.bundle,
        digest=first.plan.digest,
        correlation_id=transaction.cause.correlation_id,
        traceparent=traceparent,
    )
