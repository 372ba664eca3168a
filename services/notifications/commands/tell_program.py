"""Something is shared: with a partner, who is told, or with a whole program: everybody is, once each, page by page."""

import dataclasses
from datetime import timedelta
from functools import partial

from services.notifications.commands.leave_notification import leave_notification
from services.notifications.commands.page_by_page import page_by_page
from services.notifications.commands.tell_people import tell_people
from services.notifications.domain.facts import Data, Facts
from services.notifications.domain.notification import Notification
from services.notifications.domain.participants import SWEEPS, ProgramNews
from services.notifications.domain.telling import Subject
from services.notifications.store import Store
from shared.ids import new_id
from shared.messaging.due import DueWork
from shared.messaging.envelope import Message
from shared.messaging.unit_of_work import Transaction

_PAGE = 1000
_SECOND_SWEEP_AFTER = timedelta(minutes=1)


def tell_of_sharing(transaction: Transaction, store: Store, message: Message, *, gather: timedelta) -> None:
    """Tells the partner, or sets the telling of a whole program in motion."""
    data: Data = message.data or {}
    if data.get("mentorship_id") is not None:
        tell_people(transaction, store, message, gather=gather)
        return
    store.program_news.keep(
        transaction.session,
        ProgramNews(
            id=data["id"],
            tenant=transaction.tenant,
            version=1,
            updated_at=transaction.now,
            type=message.type,
            program_id=data["program_id"],
            actor_id=data["shared_by_id"],
            message_id=message.id,
            kind=data.get("kind"),
            due_at=transaction.now,
            correlation_id=transaction.cause.correlation_id,
            traceparent=transaction.traceparent,
        ),
    )


def telling_program(store: Store, gather: timedelta) -> DueWork:
    """The work that does it."""
    return page_by_page("tell_program", store.program_news, SWEEPS, partial(_tell_page, store, gather))


def _tell_page(
    store: Store, gather: timedelta, transaction: Transaction, news: ProgramNews, heard_before: bool
) -> None:
    session, tenant = transaction.session, transaction.tenant
    page = store.participants.to_tell(session, tenant, news.program_id, news.after, _PAGE)
    # A mentor who is a mentee, too, is one person.
    marks = {f"{news.type}/{news.id}/{each}": each for each in page}
    already = store.notifications.told_once(session, tenant, marks) if heard_before else ()
    left = [
        _notification(transaction, news, member_id, once)
        for once, member_id in marks.items()
        if once not in already and member_id != news.actor_id
    ]
    leave_notification(transaction, store, gather, *left)
    store.program_news.save(session, _next(transaction, news, page[-1] if len(page) == _PAGE else None))


def _next(transaction: Transaction, news: ProgramNews, last: str | None) -> ProgramNews:
    now = transaction.now
    if last is not None:
        return dataclasses.replace(news, after=last, due_at=now, updated_at=now)
    left = news.sweeps_left - 1
    due_at = now + _SECOND_SWEEP_AFTER if left > 0 else None
    return dataclasses.replace(news, after=None, sweeps_left=left, due_at=due_at, updated_at=now)


def _notification(transaction: Transaction, news: ProgramNews, member_id: str, once: str) -> Notification:
    return Notification(
        id=new_id(),
        tenant=transaction.tenant,
        version=1,
        updated_at=transaction.now,
        created_at=transaction.now,
        member_id=member_id,
        type=news.type,
        message_id=news.message_id,
        subject=Subject.PROGRAM,
        subject_id=news.program_id,
        about_id=news.id,
        actor_id=news.actor_id,
        facts=Facts(program_id=news.program_id, kind=news.kind),
        once=once,
    )
