"""News is left: a document for each person, and its place in a delivery for each channel that goes out to them."""

from collections.abc import Collection, Sequence
from datetime import timedelta

from services.notifications.commands.place_news import Placed, place_news
from services.notifications.domain.notification import Notification
from services.notifications.domain.preferences import Channel
from services.notifications.domain.timing import Plan, news_of, pace_of, plan
from services.notifications.store import Store
from shared.messaging.unit_of_work import Transaction


def leave_notification(transaction: Transaction, store: Store, gather: timedelta, *notifications: Notification) -> None:
    """For whoever was not erased. `gather`: how long news about one thing gathers before it is due.

    In a handful of statements, however many they are. Whether a person has an address is found out when the delivery
    is tried: it may not be known yet.
    """
    left = [each for each in notifications if not store.erasures.has(transaction.tenant, each.member_id)]
    store.notifications.write(transaction.session, [(None, each) for each in left])
    place_news(transaction, store, _placed(transaction, store, gather, left))


def _placed(
    transaction: Transaction, store: Store, gather: timedelta, notifications: Sequence[Notification]
) -> Sequence[Placed]:
    news = [(each, news_of(each)) for each in notifications]
    # What is firm goes by nobody's habits.
    asked = {notification.member_id for notification, each in news if not each.firm}
    habits = store.habits(transaction.tenant, asked, transaction.session) if asked else {}
    pushed = _to_whom_push_goes(transaction, store, notifications)
    placed = []
    for notification, each in news:
        channels = (Channel.EMAIL, Channel.PUSH) if notification.member_id in pushed else (Channel.EMAIL,)
        for channel in channels:
            if each.firm:
                found: Plan | None = Plan(transaction.now)
            else:
                own = habits[notification.member_id]
                found = plan(each, pace_of(notification, own, channel), own, gather, transaction.now)
            if found is not None:
                placed.append(Placed(notification, channel, found))
    return placed


def _to_whom_push_goes(
    transaction: Transaction, store: Store, notifications: Sequence[Notification]
) -> Collection[str]:
    """Those who have an address for it, by whichever id they are told."""
    session, tenant = transaction.session, transaction.tenant
    stands_for = store.merges.survivors(tenant, {each.member_id for each in notifications}, session)
    merged = store.merges.merged_into(tenant, set(stands_for.values()), session)
    owners = store.push_addresses.owners(session, tenant, set(stands_for.values()) | merged.keys())
    having = owners | {merged[each] for each in owners if each in merged}
    return {each for each, now in stands_for.items() if now in having}
