"""A message is told to the people it concerns."""

from collections.abc import Collection
from datetime import timedelta

from services.notifications.commands.leave_notification import leave_notification
from services.notifications.domain.catalog import TELLINGS
from services.notifications.domain.facts import Data
from services.notifications.domain.notification import news_for
from services.notifications.domain.telling import Telling
from services.notifications.store import Store
from shared.contracts.message_type import PREFIX
from shared.ids import new_id
from shared.messaging.envelope import Message
from shared.messaging.unit_of_work import Transaction


def tell_people(
    transaction: Transaction, store: Store, message: Message, *, gather: timedelta, invited: bool = True
) -> None:
    """Leaves a notification for each person that the table names for this type of message, and who was not erased.

    `invited`: whether a calendar part of ours went to them before, where the table asks.
    """
    telling = TELLINGS[message.type.removeprefix(PREFIX)]
    data: Data = message.data or {}
    calendar = telling.calendar(data) if invited or not telling.only_if_invited else None
    news = telling.news(data)
    already = _heard(transaction, store, telling, data)
    left = []
    for told in telling.told(data):
        once = None if news is None else f"{news}/{told.member_id}"
        if once in already:
            continue
        left.append(
            news_for(
                told,
                telling,
                data,
                identifier=new_id(),
                tenant=transaction.tenant,
                type_name=message.type,
                message_id=message.id,
                now=transaction.now,
                calendar=calendar,
                once=once,
            )
        )
    leave_notification(transaction, store, gather, *left)


def _heard(transaction: Transaction, store: Store, telling: Telling, data: Data) -> Collection[str | None]:
    """What was told before of this piece of news, where it comes in several messages."""
    news = telling.news(data)
    if news is None:
        return ()
    marks = {f"{news}/{told.member_id}" for told in telling.told(data)}
    return store.notifications.told_once(transaction.session, transaction.tenant, marks)
