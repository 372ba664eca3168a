"""A registration changed: its member hears of it, and counts, or no longer, among those who would hear of the event."""

from services.notifications.commands.tell_people import tell_people
from services.notifications.commands.tell_registered import announce_cancellation
from services.notifications.domain.facts import Data
from services.notifications.domain.registered import Registered, is_live
from services.notifications.store import Store
from shared.messaging.envelope import Message
from shared.messaging.unit_of_work import Transaction


def follow_registration(transaction: Transaction, store: Store, message: Message) -> None:
    """Of an event known to be called off, a live registration's member hears just that: the two cross on the way."""
    data: Data = message.data or {}
    live = is_live(data["status"], data.get("reason"))
    _keep(transaction, store, message, data, live)
    event = store.events.find(transaction.tenant, data["event_id"], transaction.session)
    if live and event is not None and event.cancelled:
        announce_cancellation(transaction, store, event, message.id, reason=None)
    elif data.get("reason") != "event_cancelled":
        tell_people(transaction, store, message)


def _keep(transaction: Transaction, store: Store, message: Message, data: Data, live: bool) -> None:
    known = store.registrations.find(transaction.tenant, data["id"], transaction.session)
    version = message.version or 0
    if known is not None and known.version > version:
        return
    same = known is not None and known.live and known.member_id == data["member_id"]
    store.registrations.keep(
        transaction.session,
        Registered(
            id=data["id"],
            tenant=transaction.tenant,
            version=version,
            updated_at=transaction.now,
            event_id=data["event_id"],
            member_id=data["member_id"],
            live=live,
            told=known is not None and same and known.told,
        ),
    )
