"""A mail is sent: a delivery that is due is tried, and what came of it is recorded and announced."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from services.notifications.channels.email.deliverable import deliverable
from services.notifications.channels.email.mail import Letterhead
from services.notifications.channels.email.post import NotYet, Post
from services.notifications.channels.email.smtp import Deferred, Refused, Unreachable, Unsent
from services.notifications.commands.announce_delivery import announce_delivery
from services.notifications.commands.close_delivery import close_delivery
from services.notifications.domain.delivery import Attempt, Delivery, DeliveryState, Outcome
from services.notifications.domain.notification import Notification
from services.notifications.store import DELIVERIES, Store
from shared.ids import new_id
from shared.messaging.cause import Cause
from shared.messaging.due import Claimed, DueWork
from shared.messaging.unit_of_work import Transaction, UnitOfWork
from shared.telemetry import logs, metrics, traces

_OUTCOMES: Mapping[type[Unsent], Outcome] = {
    Unreachable: Outcome.UNREACHABLE,
    Deferred: Outcome.DEFERRED,
    Refused: Outcome.REFUSED,
}

LEASE_SECONDS = 180.0
"""Longer than the slowest conversation with a server may take."""

_log = logs.logger(__name__)


@dataclass(frozen=True, slots=True)
class SendMail:
    """`perform` is the due work; it may be cut off at any moment, and then the mail goes out a second time."""

    store: Store
    letterhead: Letterhead
    post: Post
    threads: int
    gather: timedelta
    """How long news about one thing gathers: for what is put off once more."""

    def work(self) -> DueWork:
        """The work that does it."""
        where = {"state": DeliveryState.PENDING.value, "channel": "email"}
        return DueWork(
            "send_mail",
            DELIVERIES,
            self.perform,
            where=where,
            lease_seconds=LEASE_SECONDS,
            threads=self.threads,
            ready=self.post.works,
        )

    def perform(self, unit_of_work: UnitOfWork, claimed: Claimed) -> None:
        try:
            self._require_room(self.store.deliveries.from_document(claimed.document))
        except NotYet as later:
            self.store.deliveries.put_off(claimed, later.at, later.turn_at)
            return
        delivery = close_delivery(unit_of_work, self.store, claimed, lease_seconds=LEASE_SECONDS, gather=self.gather)
        if delivery is None:
            return
        notifications = self.store.notifications.those(delivery.tenant, delivery.notification_ids)
        if not notifications:
            return  # whose they were is being erased, and the delivery with them
        try:
            attempt, sent_to = self._attempt(unit_of_work, delivery, notifications)
        except NotYet as later:
            self.store.deliveries.put_off(claimed, later.at, later.turn_at)
            return

        def record(transaction: Transaction) -> None:
            claimed.confirm(transaction.session)
            tried = replace(delivery.after(attempt), sent_to=sent_to or delivery.sent_to)
            saved = self.store.deliveries.save(transaction.session, tried)
            if saved.state is not DeliveryState.PENDING:
                announce_delivery(transaction, saved, notifications)

        cause = Cause(delivery.correlation_id or new_id(), notifications[0].message_id, delivery.traceparent)
        unit_of_work.run(record, tenant=delivery.tenant, cause=cause)
        metrics.MAILS_TRIED.labels(attempt.outcome.value).inc()
        types = sorted({each.type for each in notifications})
        _log.info("mail_tried", delivery=delivery.id, outcome=attempt.outcome, code=attempt.code, types=types)

    def _require_room(self, delivery: Delivery) -> None:
        """Before all that a mail costs: thousands may be due to a slow domain, and others wait behind them."""
        person = self.store.recipient(delivery.tenant, delivery.member_id)
        if person is not None and person.email is not None:
            self.post.require_room(deliverable(person.email), delivery.turn_at)

    def _attempt(
        self, unit_of_work: UnitOfWork, delivery: Delivery, notifications: Sequence[Notification]
    ) -> tuple[Attempt, str | None]:
        """What came of it, and by what name the address it went to is known where it comes back from there."""
        now = unit_of_work.clock.now()
        known = self.store.known(delivery.tenant, notifications)
        person = known.person(delivery.member_id)
        if delivery.overdue(now):
            return Attempt(now, Outcome.TIMED_OUT), None
        if person is None or not all(known.covers(each) for each in notifications):
            return Attempt(now, Outcome.WAITING), None
        if person.email is None:
            return Attempt(now, Outcome.NO_ADDRESS), None
        if self.store.bounced_addresses.is_given_up(delivery.tenant, person.email):
            return Attempt(now, Outcome.BOUNCED), None
        mail = self.letterhead.write(delivery, notifications, known, person, person.email, delivery.closed_at or now)
        sender = self.letterhead.way_back.envelope_sender(delivery)
        name = self.store.bounced_addresses.name(delivery.tenant, person.email)
        try:
            with traces.span("send mail", "CLIENT", attributes={"messaging.message.id": notifications[0].message_id}):
                self.post.send(mail, sender, deliverable(person.email), delivery.turn_at)
        except Unsent as error:
            return Attempt(now, _OUTCOMES[type(error)], error.code), name
        return Attempt(now, Outcome.SENT), name
