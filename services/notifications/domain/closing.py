"""What becomes of what a delivery holds when its time has come: people have read some of it, and may prefer it
otherwise by now."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.notifications.domain.catalog import telling_of
from services.notifications.domain.delivery import Delivery
from services.notifications.domain.notification import Notification
from services.notifications.domain.preferences import Channel, Habits, Pace
from services.notifications.domain.timing import Plan, digest_plan, news_of, pace_of, plan
from shared.contracts.message_type import PREFIX


@dataclass(frozen=True, slots=True)
class Closing:
    """`goes` is sent now, `moves` is to be sent later and by another delivery, `dropped` not at all."""

    goes: Sequence[Notification]
    moves: Sequence[tuple[Notification, Plan]]
    dropped: Sequence[Notification]


def closing(
    delivery: Delivery,
    held: Sequence[Notification],
    newer: Collection[Notification],
    habits: Habits,
    gather: timedelta,
    now: datetime,
) -> Closing:
    """`held`: what it holds; `newer`: what its member was told since of the same things.

    What is firm goes. What was read, is said by something newer, or is not wanted by this channel any more is dropped.
    What is wanted less often than it comes here moves.
    """
    channel = Channel(delivery.channel)
    goes, moves, dropped = [], [], []
    for notification in held:
        news, pace = news_of(notification), pace_of(notification, habits, channel)
        if news.firm:
            goes.append(notification)
        elif notification.read_at is not None or _is_replaced(notification, newer) or pace is Pace.OFF:
            dropped.append(notification)
        else:
            found = plan(news, pace, habits, gather, now)
            if found is not None and found.due_at > now and pace.is_slower_than(_pace(delivery)):
                moves.append((notification, found))
            else:
                goes.append(notification)
    return Closing(goes, moves, dropped)


def beyond_the_cap(notifications: Sequence[Notification], habits: Habits, now: datetime) -> Plan | None:
    """The digest that takes in what is too much for this day; None where some of it cannot wait for that."""
    found = digest_plan(Pace.DAILY, habits, now)
    latest = [each.latest for each in map(news_of, notifications) if each.latest is not None]
    return None if any(each < found.due_at for each in latest) else found


def _pace(delivery: Delivery) -> Pace:
    if not delivery.digest or delivery.bundle is None:
        return Pace.AT_ONCE
    return Pace(delivery.bundle.split("/")[1])


def _is_replaced(notification: Notification, newer: Collection[Notification]) -> bool:
    name = notification.type.removeprefix(PREFIX)
    return any(
        each.id > notification.id and each.about_id == notification.about_id and name in telling_of(each).replaces
        for each in newer
    )
