"""Bodies of webhooks that tell of somebody who was erased are taken away, sent or not."""

from collections import Counter

from services.notifications.domain.webhook_delivery import WebhookDelivery
from services.notifications.store import Store
from shared.messaging.erasures import Erased
from shared.messaging.traces import addresses_in, content_of, traces_of
from shared.messaging.unit_of_work import Transaction
from shared.storage.identifier_hashes import EMAIL

_AT_ONCE = 100


def strip_webhooks(transaction: Transaction, store: Store, person: Erased) -> Counter[str]:
    """Some of them, and how many; the log keeps that there was one, of which type and when.

    Also a record of somebody else that names the person as its buyer.
    """
    deliveries, session = store.webhook_deliveries, transaction.session
    found = [each.id for each in deliveries.telling_of_member(session, person.tenant, person.ids, _AT_ONCE)]
    for each in deliveries.attendee_records(session, person.tenant):
        if len(found) >= _AT_ONCE:
            break
        if _tells_of(each, person):
            found.append(each.id)
    return +Counter(webhook_bodies=deliveries.strip(session, found))


def _tells_of(delivery: WebhookDelivery, person: Erased) -> bool:
    traces = traces_of(content_of(delivery.body))
    if person.is_meant_by(traces):
        return True
    if person.is_later(traces.said_at):
        return False
    return any(person.is_known_by(EMAIL, each) for each in addresses_in(delivery.body))
