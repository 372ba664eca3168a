"""What became of a delivery is told, whichever channel it went by."""

from collections.abc import Sequence

from services.notifications.domain.delivery import Delivery, DeliveryState
from services.notifications.domain.notification import Notification
from shared.clock import rfc3339
from shared.messaging.unit_of_work import Transaction


def announce_delivery(transaction: Transaction, delivery: Delivery, notifications: Sequence[Notification]) -> None:
    """Tells what became of it, under the delivery's own key and version, once for each notification in it."""
    last = delivery.attempts[-1]
    delivered = delivery.state is DeliveryState.DELIVERED
    for notification in notifications:
        data = {
            "id": notification.id,
            "member_id": notification.member_id,
            "message_id": notification.message_id,
            "message_type": notification.type,
            "channel": delivery.channel,
            "attempts": len(delivery.attempts),
            "at": rfc3339(last.at),
        }
        transaction.publish(
            "notification.delivered.v1" if delivered else "notification.failed.v1",
            key=delivery.id,
            version=delivery.version,
            subject=notification.id,
            data=data if delivered else {**data, "reason": last.outcome.value},
        )
