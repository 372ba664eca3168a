"""News is left: a document for each person, and its place in a delivery for each channel that goes out to them."""

from collections.abc import Sequence
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
    told = {each.member_id for each in notifications}
    pushed = store.reached_by_push(transaction.tenant, told, transaction.session)
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
