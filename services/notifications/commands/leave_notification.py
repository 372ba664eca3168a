"""A notification is left: one document for the person, and one delivery for each channel that goes out to them."""

from services.notifications.domain.delivery import Delivery, DeliveryState
from services.notifications.domain.notification import Notification
from services.notifications.store import Store
from shared.ids import new_id
from shared.messaging.unit_of_work import Transaction

CHANNELS = ("email",)


def leave_notification(transaction: Transaction, store: Store, notification: Notification) -> None:
    """Whether the person has an address is found out when the delivery is tried: it may not be known yet."""
    store.notifications.insert(transaction.session, notification)
    for channel in CHANNELS:
        delivery = Delivery(
            id=new_id(),
            tenant=notification.tenant,
            version=1,
            updated_at=transaction.now,
            created_at=transaction.now,
            notification_ids=(notification.id,),
            member_id=notification.member_id,
            channel=channel,
            state=DeliveryState.PENDING,
            due_at=transaction.now,
            correlation_id=transaction.cause.correlation_id,
            traceparent=transaction.traceparent,
        )
        store.deliveries.insert(transaction.session, delivery)
