"""An event moves or is called off: everyone registered is told, once each, a page at a time."""

import dataclasses
from collections.abc import Sequence
from datetime import timedelta

from services.notifications.commands.leave_notification import leave_notification
from services.notifications.commands.page_by_page import page_by_page
from services.notifications.domain.catalog import EVENT_CANCELLED, EVENT_UPDATED
from services.notifications.domain.copies import Event
from services.notifications.domain.facts import Facts
from services.notifications.domain.notification import Notification
from services.notifications.domain.registered import EventNews, Registered, is_invited
from services.notifications.domain.telling import Subject
from services.notifications.store import Store
from shared.calendar import Method
from shared.contracts.message_type import PREFIX
from shared.ids import new_id
from shared.messaging.due import DueWork
from shared.messaging.unit_of_work import Transaction

_PAGE = 1000
_SECOND_SWEEP_AFTER = timedelta(minutes=1)


def announce_news(
    transaction: Transaction, store: Store, event: Event, message_id: str, reason: str | None = None
) -> None:
    """Sets the telling in motion that the event is called off, where it is, or else where and when it now is.

    Of a cancellation it does so again where somebody new turned up. An event that is over is not told of.
    """
    if event.ends_at <= transaction.now:
        return
    known = store.event_news.find(transaction.tenant, event.id, transaction.session)
    kind = EVENT_CANCELLED if event.cancelled else EVENT_UPDATED
    first = known if known is not None and known.type == kind == EVENT_CANCELLED else None
    store.event_news.keep(
        transaction.session,
        EventNews(
            id=event.id,
            tenant=transaction.tenant,
            version=1 if known is None else known.version + 1,
            updated_at=transaction.now,
            type=kind,
            event_version=event.version,
            message_id=message_id if first is None else first.message_id,
            reason=reason if first is None else first.reason,
            due_at=transaction.now,
            correlation_id=transaction.cause.correlation_id,
            traceparent=transaction.traceparent,
        ),
    )


def telling_registered(store: Store, gather: timedelta) -> DueWork:
    """The work that does it."""
    return page_by_page(
        "tell_registered", store.event_news, lambda transaction, news: _tell_page(transaction, store, gather, news)
    )


def _tell_page(transaction: Transaction, store: Store, gather: timedelta, news: EventNews) -> None:
    session, tenant = transaction.session, transaction.tenant
    page = store.registrations.to_tell(session, tenant, news.id, news.event_version, _PAGE)
    # Several tickets of one person are one piece of news.
    marks = {_mark(news, one.member_id): one.member_id for one in page}
    already = store.notifications.told_once(session, tenant, marks)
    theirs = store.registrations.of_members(session, tenant, news.id, set(marks.values()))
    left = [
        _notification(transaction, news, theirs[member_id], once)
        for once, member_id in marks.items()
        if once not in already
    ]
    leave_notification(transaction, store, gather, *left)
    store.registrations.mark_heard(session, tenant, [one.id for one in page], news.event_version)
    store.event_news.save(session, _next(transaction, news, full=len(page) == _PAGE))


def _mark(news: EventNews, member_id: str) -> str:
    """An event is called off once, and moves as often as it likes."""
    which = news.id if news.type == EVENT_CANCELLED else f"{news.id}/{news.event_version}"
    return f"{news.type}/{which}/{member_id}"


def _next(transaction: Transaction, news: EventNews, *, full: bool) -> EventNews:
    if full:
        return dataclasses.replace(news, due_at=transaction.now, updated_at=transaction.now)
    left = news.sweeps_left - 1
    due_at = transaction.now + _SECOND_SWEEP_AFTER if left > 0 else None
    return dataclasses.replace(news, sweeps_left=left, due_at=due_at, updated_at=transaction.now)


def _notification(
    transaction: Transaction, news: EventNews, registrations: Sequence[Registered], once: str
) -> Notification:
    """For the one member whose registrations for the event these are, live or not."""
    calendar: Method | None = Method.CANCEL
    if news.type == EVENT_UPDATED:
        invited = is_invited(registrations) and any(one.live for one in registrations)
        calendar = Method.REQUEST if invited else None
    return Notification(
        id=new_id(),
        tenant=transaction.tenant,
        version=1,
        updated_at=transaction.now,
        created_at=transaction.now,
        member_id=registrations[0].member_id,
        type=f"{PREFIX}{news.type}",
        message_id=news.message_id,
        subject=Subject.EVENT,
        subject_id=news.id,
        about_id=news.id,
        calendar=calendar,
        facts=Facts(
            event_id=news.id, reason=news.reason, sequence=max(registration.sequence for registration in registrations)
        ),
        once=once,
    )
