"""An event moves or is called off: everyone registered is told, once each, a page at a time."""

import dataclasses
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import cache, partial
from itertools import groupby

from services.notifications.commands.leave_notification import leave_notification
from services.notifications.commands.page_by_page import page_by_page
from services.notifications.domain.catalog import EVENT_CANCELLED, EVENT_UPDATED
from services.notifications.domain.copies import Event
from services.notifications.domain.facts import Facts
from services.notifications.domain.notification import Notification
from services.notifications.domain.registered import SWEEPS, EventNews, Registered, has_to_hear, is_invited
from services.notifications.domain.telling import Subject
from services.notifications.store import Store
from shared.calendar import Method
from shared.contracts.message_type import PREFIX
from shared.ids import new_id
from shared.messaging.due import DueWork
from shared.messaging.unit_of_work import Transaction

PAGE = 2_000
"""Registrations that are told of in one transaction."""
_SECOND_SWEEP_AFTER = timedelta(minutes=1)


def announce_news(
    transaction: Transaction, store: Store, event: Event, message_id: str, reason: str | None = None
) -> None:
    """Sets the telling in motion that the event is called off, where it is, or else where and when it now is.

    An event that is over is not told of.
    """
    if event.ends_at <= transaction.now:
        return
    known = store.event_news.find(transaction.tenant, event.id, transaction.session)
    store.event_news.keep(
        transaction.session,
        EventNews(
            id=event.id,
            tenant=transaction.tenant,
            version=1 if known is None else known.version + 1,
            updated_at=transaction.now,
            type=EVENT_CANCELLED if event.cancelled else EVENT_UPDATED,
            event_version=event.version,
            message_id=message_id,
            reason=reason,
            due_at=transaction.now,
            correlation_id=transaction.cause.correlation_id,
            traceparent=transaction.traceparent,
        ),
    )


def tell_latecomer(
    transaction: Transaction, store: Store, event: Event, member_id: str, message_id: str, *, gather: timedelta
) -> None:
    """Somebody turns up who counts on an event that is called off: the two crossed on the way."""
    session, tenant = transaction.session, transaction.tenant
    news = store.event_news.find(tenant, event.id, session)
    if news is None or news.type != EVENT_CANCELLED:
        announce_news(transaction, store, event, message_id)
        return
    once = _mark(news, member_id)
    if event.ends_at > transaction.now and not store.notifications.told_once(session, tenant, [once]):
        theirs = store.registrations.of_members(session, tenant, event.id, [member_id])[member_id]
        told = _notification(transaction, news, theirs, once, partial(_facts, news))
        leave_notification(transaction, store, gather, told)


def telling_registered(store: Store, gather: timedelta) -> DueWork:
    """The work that does it."""
    return page_by_page("tell_registered", store.event_news, SWEEPS, partial(_tell_page, store, gather))


def _tell_page(store: Store, gather: timedelta, transaction: Transaction, news: EventNews, heard_before: bool) -> None:
    session, tenant = transaction.session, transaction.tenant
    page = store.registrations.page_of_members(session, tenant, news.id, news.after, PAGE)
    # Several tickets of one person are one piece of news, and those of the last one may go on behind the page.
    theirs = {member_id: list(found) for member_id, found in groupby(page, key=lambda one: one.member_id)}
    last = [*theirs][-1] if len(page) == PAGE else None
    if last is not None and len(theirs) > 1:
        del theirs[last]
        last = [*theirs][-1]
    marks = {_mark(news, each): found for each, found in theirs.items() if has_to_hear(found, news.event_version)}
    already = store.notifications.told_once(session, tenant, marks) if heard_before else ()
    facts = cache(partial(_facts, news))
    left = [
        _notification(transaction, news, found, once, facts) for once, found in marks.items() if once not in already
    ]
    leave_notification(transaction, store, gather, *left)
    store.event_news.save(session, _next(transaction, news, last))


def _facts(news: EventNews, sequence: int) -> Facts:
    """The same for nearly everybody."""
    return Facts(event_id=news.id, reason=news.reason, sequence=sequence)


def _mark(news: EventNews, member_id: str) -> str:
    """An event is called off once, and moves as often as it likes."""
    which = news.id if news.type == EVENT_CANCELLED else f"{news.id}/{news.event_version}"
    return f"{news.type}/{which}/{member_id}"


def _next(transaction: Transaction, news: EventNews, last: str | None) -> EventNews:
    now = transaction.now
    if last is not None:
        return dataclasses.replace(news, after=last, due_at=now, updated_at=now)
    left = news.sweeps_left - 1
    due_at = now + _SECOND_SWEEP_AFTER if left > 0 else None
    return dataclasses.replace(news, after=None, sweeps_left=left, due_at=due_at, updated_at=now)


def _notification(
    transaction: Transaction,
    news: EventNews,
    registrations: Sequence[Registered],
    once: str,
    facts: Callable[[int], Facts],
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
        facts=facts(max(registration.sequence for registration in registrations)),
        once=once,
    )
