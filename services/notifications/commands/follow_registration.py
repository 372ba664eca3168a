"""A registration changed: its member hears of it, and counts, or no longer, among those who would hear of the event."""

from collections.abc import Sequence
from datetime import timedelta

from services.notifications.commands.tell_people import tell_people
from services.notifications.commands.tell_registered import tell_latecomer
from services.notifications.domain.copies import Event
from services.notifications.domain.facts import Data
from services.notifications.domain.registered import Registered, is_invited, is_live, last_told
from services.notifications.store import Store
from shared.messaging.envelope import Message
from shared.messaging.unit_of_work import Transaction


def follow_registration(transaction: Transaction, store: Store, message: Message, *, gather: timedelta) -> None:
    """Of an event known to be called off, a live registration's member hears just that: the two cross on the way.

    Of who was erased nothing is kept.
    """
    data: Data = message.data or {}
    if store.erasures.has(transaction.tenant, data["member_id"]):
        return
    live = is_live(data["status"], data.get("reason"))
    event = store.events.find(transaction.tenant, data["event_id"], transaction.session)
    member_id = data["member_id"]
    found = store.registrations.of_members(transaction.session, transaction.tenant, data["event_id"], [member_id])
    theirs = found.get(member_id, ())
    _keep(transaction, store, message, data, live, event, theirs)
    if live and event is not None and event.cancelled:
        tell_latecomer(transaction, store, event, member_id, message.id, gather=gather)
    elif data.get("reason") != "event_cancelled" and not _is_the_same_person_s(store, transaction, data):
        tell_people(transaction, store, message, gather=gather, invited=is_invited(theirs))


def _is_the_same_person_s(store: Store, transaction: Transaction, data: Data) -> bool:
    """Whether it only came to be the survivor's of a merge, who hears of it as theirs a moment later."""
    moved_to = data.get("moved_to")
    if moved_to is None:
        return False
    now = store.merges.survivors(transaction.tenant, {moved_to, data["member_id"]}, transaction.session)
    return now[moved_to] == now[data["member_id"]]


def _keep(
    transaction: Transaction,
    store: Store,
    message: Message,
    data: Data,
    live: bool,
    event: Event | None,
    theirs: Sequence[Registered],
) -> None:
    """What a new one's member hears of it names the event as it is; only what becomes of it later is news to them.

    `theirs`: the member's registrations for the event until now, whose messages come in any order among each other.
    Whether they attend is so of all of them at once.
    """
    known = store.registrations.find(transaction.tenant, data["id"], transaction.session)
    version = message.version or 0
    if known is not None and known.version > version:
        return
    before = known if known is not None and known.live and known.member_id == data["member_id"] else None
    heard = 0 if event is None or event.cancelled else event.version
    attending, sequence = data["attending"], data.get("sequence") or 0
    latest = last_told(theirs)
    if latest is not None and latest.sequence > sequence:
        attending, sequence = latest.attending, latest.sequence
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
            attending=attending,
            sequence=sequence,
            heard=heard if before is None else before.heard,
        ),
    )
    if others := [one.id for one in theirs if one.id != data["id"]]:
        store.registrations.agree(transaction.session, transaction.tenant, others, attending, sequence)
