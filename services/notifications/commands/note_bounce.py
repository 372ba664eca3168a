"""A mail came back: it has failed after all, and an address that does not work gets no more."""

from services.notifications.commands.announce_delivery import announce_delivery
from services.notifications.domain.bounces import Bounce
from services.notifications.domain.delivery import Attempt, Delivery, Outcome
from services.notifications.store import Store
from shared.messaging.unit_of_work import Transaction


def note_bounce(transaction: Transaction, store: Store, delivery: Delivery, bounce: Bounce) -> bool:
    """Whether it was news: of one delivery the first report counts. `delivery` is as read in the transaction.

    The address that counts is the one that the mail was sent to, whatever the member's is now.
    """
    if any(attempt.outcome is Outcome.BOUNCED for attempt in delivery.attempts):
        return False
    saved = store.deliveries.save(transaction.session, delivery.after(Attempt(transaction.now, Outcome.BOUNCED)))
    if delivery.sent_to is not None:
        store.bounced_addresses.count(
            transaction.session, delivery.tenant, delivery.sent_to, delivery.member_id, bounce, transaction.now
        )
    told = store.notifications.those(delivery.tenant, delivery.notification_ids, transaction.session)
    announce_delivery(transaction, saved, told)
    return True
