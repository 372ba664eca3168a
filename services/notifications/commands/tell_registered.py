"""An event is called off: everyone registered is told, once each, a page at a time."""

import dataclasses
from datetime import timedelta

from services.notifications.commands.leave_notification import leave_notification
from services.notifications.domain.copies import Event
from services.notifications.domain.facts import Facts
from services.notifications.domain.notification import Notification
from services.notifications.domain.registered import Cancellation
from services.notifications.domain.telling import EVENT_CANCELLED, Method, Subject
from services.notifications.store import CANCELLATIONS, Store
from shared.contracts.message_type import PREFIX
from shared.ids import new_id
from shared.messaging.cause import Cause
from shared.messaging.due import Claimed, DueWork
from shared.messaging.unit_of_work import Transaction, UnitOfWork

_PAGE = 200
_SECOND_SWEEP_AFTER = timedelta(minutes=1)


def announce_cancellation(
    transaction: Transaction, store: Store, event: Event, message_id: str, reason: str | None
) -> None:
    """Sets the telling in motion, again where somebody new turned up. An event that is over is not told of."""
    if event.ends_at <= transaction.now:
        return
    known = store.cancellations.find(transaction.tenant, event.id, transaction.session)
    store.cancellations.keep(
        transaction.session,
        Cancellation(
            id=event.id,
            tenant=transaction.tenant,
            version=1 if known is None else known.version + 1,
            updated_at=transaction.now,
            message_id=message_id if known is None else known.message_id,
            reason=reason if known is None else known.reason,
            due_at=transaction.now,
            correlation_id=transaction.cause.correlation_id,
            traceparent=transaction.traceparent,
        ),
    )


def telling_registered(store: Store) -> DueWork:
    """The work that does it."""

    def perform(unit_of_work: UnitOfWork, claimed: Claimed) -> None:
        cancellation = store.cancellations.from_document(claimed.document)

        def tell(transaction: Transaction) -> None:
            claimed.confirm(transaction.session)
            _tell_page(transaction, store, cancellation)

        cause = Cause(cancellation.correlation_id or new_id(), cancellation.message_id, cancellation.traceparent)
        unit_of_work.run(tell, tenant=cancellation.tenant, cause=cause)

    return DueWork("tell_registered", CANCELLATIONS, perform)


def _tell_page(transaction: Transaction, store: Store, cancellation: Cancellation) -> None:
    session, tenant = transaction.session, transaction.tenant
    page = store.registrations.to_tell(session, tenant, cancellation.id, _PAGE)
    # Several tickets of one person are one piece of news.
    marks = {f"{EVENT_CANCELLED}/{cancellation.id}/{one.member_id}": one.member_id for one in page}
    already = store.notifications.told_once(session, tenant, marks)
    for once, member_id in marks.items():
        if once not in already:
            leave_notification(transaction, store, _notification(transaction, cancellation, member_id, once))
    store.registrations.mark_told(session, tenant, [one.id for one in page])
    store.cancellations.save(session, _next(transaction, cancellation, full=len(page) == _PAGE))


def _next(transaction: Transaction, cancellation: Cancellation, *, full: bool) -> Cancellation:
    if full:
        return dataclasses.replace(cancellation, due_at=transaction.now, updated_at=transaction.now)
    left = cancellation.sweeps_left - 1
    due_at = transaction.now + _SECOND_SWEEP_AFTER if left > 0 else None
    return dataclasses.replace(cancellation, sweeps_left=left, due_at=due_at, updated_at=transaction.now)


def _notification(transaction: Transaction, cancellation: Cancellation, member_id: str, once: str) -> Notification:
    return Notification(
        id=new_id(),
        tenant=transaction.tenant,
        version=1,
        updated_at=transaction.now,
        created_at=transaction.now,
        member_id=member_id,
        type=f"{PREFIX}{EVENT_CANCELLED}",
        message_id=cancellation.message_id,
        subject=Subject.EVENT,
        subject_id=cancellation.id,
        about_id=cancellation.id,
        calendar=Method.CANCEL,
        facts=Facts(event_id=cancellation.id, reason=cancellation.reason),
        once=once,
    )
