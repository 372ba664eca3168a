"""The bells that arriving messages left are heard: webhooks have something new."""

from services.notifications.store import Store
from services.notifications.webhook_store import BELLS
from shared.messaging.due import Claimed, DueWork
from shared.messaging.unit_of_work import Transaction, UnitOfWork


def ringing_webhooks(store: Store) -> DueWork:
    """The due work of it, in a thread of its own: nothing waits for mail first."""

    def perform(unit_of_work: UnitOfWork, claimed: Claimed) -> None:
        bell = claimed.document

        def ring(transaction: Transaction) -> None:
            claimed.confirm(transaction.session)
            store.webhooks.ring(transaction.session, bell["webhook_ids"], transaction.now)
            store.webhook_bells.remove(transaction.session, bell["_id"])

        unit_of_work.run(ring, tenant=bell["tenant"])

    return DueWork("ring_webhooks", BELLS, perform, threads=1)
