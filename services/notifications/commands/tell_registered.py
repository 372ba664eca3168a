"""An event moves or is called off: everyone registered is told, once each, a page at a time."""

import dataclasses
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from itertools import groupby

from services.notifications.commands.firm_pages import Page, firm_pages
from services.notifications.commands.leave_firm_news import FirmNews
from services.notifications.commands.leave_notification import leave_notification
from services.notifications.domain.catalog import EVENT_CANCELLED, EVENT_UPDATED
from services.notifications.domain.copies import Event
from services.notifications.domain.facts import Facts
from services.notifications.domain.for_many import Addressee, ForMany
from services.notifications.domain.notification import Notification
from services.notifications.domain.registered import SWEEPS, EventNews, R, Ticket, has_to_hear, is_invited
from services.notifications.domain.telling import Subject
from services.notifications.store import Store
from shared.calendar import Method
from shared.contracts.message_type import PREFIX
from shared.ids import new_id, new_ids
from shared.messaging.cause import Cause
from shared.messaging.due import DueWork
from shared.messaging.unit_of_work import Transaction

PAGE = 2_000
"""Registrations that are told of at a time."""
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
        latecomer, sequence = Addressee(new_id(), member_id, once), max(one.sequence for one in theirs)
        told = _notification(news, transaction.now, latecomer, _calendar(news, theirs), sequence)
        leave_notification(transaction, store, gather, told)


def telling_registered(store: Store) -> DueWork:
    """The work that does it."""
    return firm_pages("tell_registered", store, store.event_news, partial(_read_page, store))


def _read_page(store: Store, news: EventNews, cause: Cause, now: datetime) -> Page[EventNews]:
    page = store.registrations.page_of_members(news.tenant, news.id, news.after, PAGE)
    # Several tickets of one person are one piece of news, and those of the last one may go on behind the page.
    theirs = {member_id: list(found) for member_id, found in groupby(page, key=lambda one: one.member_id)}
    last = [*theirs][-1] if len(page) == PAGE else None
    if last is not None and len(theirs) > 1:
        del theirs[last]
        last = [*theirs][-1]
    concerned = {
        member_id: found
        for member_id, found in theirs.items()
        if has_to_hear(found, news.event_version) and not store.erasures.has(news.tenant, member_id)
    }
    # In the first sweep nobody has heard, or the unique index says so.
    marks = {_mark(news, each): each for each in concerned} if news.sweeps_left < SWEEPS else {}
    known = store.notifications.told_once(None, news.tenant, marks) if marks else {}
    heard = [Addressee(identifier, marks[once], once) for once, identifier in known.items()]
    for each in heard:
        del concerned[each.member_id]
    left = FirmNews(
        tenant=news.tenant,
        now=now,
        cause=cause,
        told=_for_many(news, now, concerned),
        heard=heard,
        pushed=store.reached_by_push(news.tenant, {*concerned, *(each.member_id for each in heard)}),
    )
    return Page(left, _next(now, news, last), is_last=last is None)


def _for_many(news: EventNews, now: datetime, concerned: Mapping[str, Sequence[Ticket]]) -> Sequence[ForMany]:
    """The same for nearly everybody: only calendars may have seen more of the event, or nothing."""
    alike: defaultdict[tuple[Method | None, int], list[Addressee]] = defaultdict(list)
    for identifier, (member_id, found) in zip(new_ids(len(concerned)), concerned.items(), strict=True):
        addressee = Addressee(identifier, member_id, _mark(news, member_id))
        alike[_calendar(news, found), max(one.sequence for one in found)].append(addressee)
    return [
        ForMany(_notification(news, now, addressees[0], calendar, sequence), addressees)
        for (calendar, sequence), addressees in alike.items()
    ]


def _mark(news: EventNews, member_id: str) -> str:
    """An event is called off once, and moves as often as it likes."""
    which = news.id if news.type == EVENT_CANCELLED else f"{news.id}/{news.event_version}"
    return f"{news.type}/{which}/{member_id}"


def _next(now: datetime, news: EventNews, last: str | None) -> EventNews:
    if last is not None:
        return dataclasses.replace(news, after=last, due_at=now, updated_at=now)
    left = news.sweeps_left - 1
    due_at = now + _SECOND_SWEEP_AFTER if left > 0 else None
    return dataclasses.replace(news, after=None, sweeps_left=left, due_at=due_at, updated_at=now)


def _calendar(news: EventNews, registrations: Sequence[R]) -> Method | None:
    """What the event comes to be in the calendar of the one whose registrations for it these are, live or not."""
    if news.type == EVENT_CANCELLED:
        return Method.CANCEL
    invited = is_invited(registrations) and any(one.live for one in registrations)
    return Method.REQUEST if invited else None


def _notification(
    news: EventNews, now: datetime, addressee: Addressee, calendar: Method | None, sequence: int
) -> Notification:
    return Notification(
        id=addressee.id,
        tenant=news.tenant,
        version=1,
        updated_at=now,
        created_at=now,
        member_id=addressee.member_id,
        type=f"{PREFIX}{news.type}",
        message_id=news.message_id,
        subject=Subject.EVENT,
        subject_id=news.id,
        about_id=news.id,
        calendar=calendar,
        facts=Facts(event_id=news.id, reason=news.reason, sequence=sequence),
        once=addressee.once,
    )
