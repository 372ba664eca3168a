"""What happened is left for the webhooks of its tenant that asked for it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from services.notifications.channels.webhook.cloud_event import Letter, letter_of
from services.notifications.domain.webhook_delivery import WebhookDelivery, WebhookDeliveryState
from services.notifications.store import Store
from services.notifications.webhook_store import Listener
from shared.ids import new_id
from shared.messaging.envelope import Message
from shared.messaging.reactions import Caused
from shared.messaging.traces import traces_of
from shared.messaging.unit_of_work import Transaction


def leave_webhook_deliveries(store: Store, caused: Sequence[Caused], *, kept: timedelta) -> None:
    """A delivery for each message and webhook, and a bell.

    The webhooks themselves are not written: who is sending to one writes it all the time, and the messages of all
    tenants would have to be handled anew for that. Who hears the bell tells the webhook.
    """
    session = caused[0][0].session
    listeners = store.webhooks.listeners(session, {message.tenant for _, message in caused})
    left: defaultdict[Listener, list[tuple[Transaction, Letter]]] = defaultdict(list)
    for transaction, message in caused:
        wanted = [each for each in listeners.get(message.tenant, ()) if each.wants(message.type)]
        told = _without_the_erased(transaction, store, message) if wanted else None
        if told is not None:
            letter = letter_of(told)
            for each in wanted:
                left[each].append((transaction, letter))
    rung: defaultdict[str, set[str]] = defaultdict(set)
    for listener, letters in left.items():
        places = store.webhooks.places(session, listener.id, len(letters)) if listener.ordered else [0] * len(letters)
        made = [
            made_delivery(transaction, listener.id, letter, kept=kept, seq=place)
            for (transaction, letter), place in zip(letters, places, strict=True)
        ]
        store.webhook_deliveries.insert(session, made)
        rung[letters[0][0].tenant].add(listener.id)
    for tenant, ids in rung.items():
        store.webhook_bells.leave(session, ids, tenant, caused[0][0].now)


def made_delivery(
    transaction: Transaction, webhook_id: str, letter: Letter, *, kept: timedelta, seq: int = 0
) -> WebhookDelivery:
    """A delivery that is due at once."""
    return WebhookDelivery(
        id=new_id(),
        tenant=transaction.tenant,
        created_at=transaction.now,
        webhook_id=webhook_id,
        message_id=letter.id,
        type=letter.type,
        state=WebhookDeliveryState.PENDING,
        next_at=transaction.now,
        expire_at=transaction.now + kept,
        body=letter.body,
        seq=seq,
        member_id=letter.member_id,
        attendee=letter.attendee,
        traceparent=transaction.traceparent,
    )


def _without_the_erased(transaction: Transaction, store: Store, message: Message) -> Message | None:
    """The message, if it tells of nobody who was erased; of a record, their address as its buyer is left out."""
    if message.data is None:
        return message
    if message.topic == "members.v1":
        return None if store.erasures.has(message.tenant, message.key, at_once=True) else message
    if message.topic != "attendees.v1":
        return message
    traces = traces_of(message.data)
    standing = store.erasures.standing(transaction.session, message.tenant, [traces])
    if standing.forbids(traces):
        return None
    person = message.data.get("person")
    if standing.forbids_buyer(traces) and isinstance(person, Mapping):
        nameless = {name: value for name, value in person.items() if name != "buyer_email"}
        return replace(message, data={**message.data, "person": nameless})
    return message
