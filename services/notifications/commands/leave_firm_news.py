"""Firm news is left for many, outside any transaction: broken off anywhere and left again, it is told once."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from services.notifications.domain.delivery import Delivery, DeliveryState
from services.notifications.domain.for_many import Addressee, ForMany
from services.notifications.domain.preferences import Channel
from services.notifications.store import Store
from shared.messaging.cause import Cause


@dataclass(frozen=True, slots=True)
class FirmNews:
    """What is told now, and to whom of `heard` it has been told, though it may not be on its way to them."""

    tenant: str
    now: datetime
    cause: Cause
    told: Sequence[ForMany]
    heard: Sequence[Addressee]
    pushed: Collection[str]
    """Those of all these members who have an address for push."""


def leave_firm_news(store: Store, news: FirmNews) -> None:
    """Notifications first: who finds a delivery finds what it tells of.

    Where somebody has been told already, by another or by one who died in between, what is lacking is added.
    """
    refused = {each.id: each for each in store.notifications.add(news.told)}
    told = [each for one in news.told for each in one.addressees if each.id not in refused]
    heard = [*news.heard, *_as_they_heard(store, news.tenant, refused.values())]
    for channel in (Channel.EMAIL, Channel.PUSH):
        of = [each for each in told if _goes(news, channel, each)]
        again = [each for each in heard if _goes(news, channel, each)]
        of += store.deliveries.lacking(news.tenant, channel, again)
        if of:
            store.deliveries.add(_delivery(news, channel, of[0]), of)


def _as_they_heard(store: Store, tenant: str, those: Collection[Addressee]) -> Sequence[Addressee]:
    """Each by the id of what they were told before."""
    if not those:
        return ()
    known = store.notifications.told_once(None, tenant, {each.once for each in those})
    return [replace(each, id=known[each.once]) for each in those if each.once in known]


def _goes(news: FirmNews, channel: Channel, addressee: Addressee) -> bool:
    return channel is Channel.EMAIL or addressee.member_id in news.pushed


def _delivery(news: FirmNews, channel: Channel, first: Addressee) -> Delivery:
    """What is firm waits for nothing, and goes alone."""
    return Delivery(
        id=first.id,
        tenant=news.tenant,
        version=1,
        updated_at=news.now,
        created_at=news.now,
        notification_ids=(first.id,),
        member_id=first.member_id,
        channel=channel,
        state=DeliveryState.PENDING,
        due_at=news.now,
        correlation_id=news.cause.correlation_id,
        traceparent=news.cause.traceparent,
    )
