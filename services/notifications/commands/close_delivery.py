"""A delivery is closed by the sender that claimed it: from then on it says the same on every attempt."""

from dataclasses import replace

from services.notifications.domain.delivery import Delivery
from services.notifications.store import Store
from shared.ids import new_id
from shared.messaging.cause import Cause
from shared.messaging.due import Claimed
from shared.messaging.unit_of_work import Transaction, UnitOfWork


def close_delivery(unit_of_work: UnitOfWork, store: Store, claimed: Claimed, lease_seconds: float) -> Delivery | None:
    """The delivery as it is to be sent now, claimed for so long from now; None where nothing is to be sent yet, or at
    all. Raises LeaseLost where the claim has passed on."""
    delivery = store.deliveries.from_document(claimed.document)
    if delivery.closed_at is not None:
        return delivery

    def close(transaction: Transaction) -> Delivery | None:
        # First of all, so that whoever joins it at this moment conflicts with us.
        claimed.renew(transaction.session, lease_seconds)
        found = store.deliveries.get(transaction.tenant, delivery.id, transaction.session)
        closed = replace(found, bundle=None, closed_at=transaction.now, updated_at=transaction.now)
        return store.deliveries.close(transaction.session, closed)

    cause = Cause(delivery.correlation_id or new_id(), None, delivery.traceparent)
    return unit_of_work.run(close, tenant=delivery.tenant, cause=cause)
