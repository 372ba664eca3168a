"""News goes to the push addresses of a member: a title and a link."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.notifications.channels.push.services import NotPushed, push
from services.notifications.commands.announce_delivery import announce_delivery
from services.notifications.commands.close_delivery import close_delivery
from services.notifications.commands.set_push_addresses import PURPOSE
from services.notifications.domain.delivery import Attempt, Delivery, DeliveryState, Outcome
from services.notifications.domain.notification import Notification
from services.notifications.domain.push_address import PushAddress, PushState
from services.notifications.rendering.letter import Letters
from services.notifications.rendering.links import Links
from services.notifications.store import DELIVERIES, Store
from shared.ids import new_id
from shared.messaging.cause import Cause
from shared.messaging.due import Claimed, DueWork
from shared.messaging.unit_of_work import Transaction, UnitOfWork
from shared.outgoing.addresses import Reach
from shared.storage.sealing import LateSeal, Place, SecretLost, SecretMisplaced
from shared.telemetry import logs

LEASE_SECONDS = 120.0
"""Longer than all the addresses of a member may take."""

THREADS = 4

_log = logs.logger(__name__)


@dataclass(frozen=True, slots=True)
class SendPush:
    """`perform` is the due work. Where one of several addresses took it, it was delivered: the others rest."""

    store: Store
    letters: Letters
    links: Links
    seal: LateSeal
    reach: Reach
    gather: timedelta

    def work(self) -> DueWork:
        """The work that does it."""
        where = {"state": DeliveryState.PENDING.value, "channel": "push"}
        return DueWork("send_push", DELIVERIES, self.perform, where=where, lease_seconds=LEASE_SECONDS, threads=THREADS)

    def perform(self, unit_of_work: UnitOfWork, claimed: Claimed) -> None:
        delivery = close_delivery(unit_of_work, self.store, claimed, lease_seconds=LEASE_SECONDS, gather=self.gather)
        if delivery is None:
            return
        told = self.store.notifications.those(delivery.tenant, delivery.notification_ids)
        if not told:
            return  # whose they were is being erased, and the delivery with them
        now = unit_of_work.clock.now()
        named = self.store.merges.survivor(delivery.tenant, delivery.member_id)
        known_as = self.store.merges.known_as(delivery.tenant, named)
        addresses = [
            each for each in self.store.push_addresses.of(delivery.tenant, known_as) if each.state is PushState.ACTIVE
        ]
        awake = [each for each in addresses if each.again_at is None or each.again_at <= now]
        if addresses and not awake and not delivery.overdue(now):
            self.store.deliveries.put_off(claimed, min(each.again_at for each in addresses if each.again_at), None)
            return
        outcome, tried = self._push(delivery, told, awake, now)

        def record(transaction: Transaction) -> None:
            claimed.confirm(transaction.session)
            saved = self.store.deliveries.save(transaction.session, delivery.after(Attempt(now, outcome)))
            self.store.push_addresses.note(transaction.session, tried)
            if saved.state is not DeliveryState.PENDING:
                announce_delivery(transaction, saved, told)

        cause = Cause(delivery.correlation_id or new_id(), told[0].message_id, delivery.traceparent)
        unit_of_work.run(record, tenant=delivery.tenant, cause=cause)
        _log.info("push_tried", delivery=delivery.id, outcome=outcome, addresses=len(tried))

    def _push(
        self, delivery: Delivery, told: Sequence[Notification], addresses: Sequence[PushAddress], now: datetime
    ) -> tuple[Outcome, Sequence[PushAddress]]:
        """What came of it, and what has become of the addresses."""
        known = self.store.known(delivery.tenant, told)
        if delivery.overdue(now):
            return Outcome.TIMED_OUT, ()
        if known.person(delivery.member_id) is None or not all(known.covers(each) for each in told):
            return Outcome.WAITING, ()
        if not addresses:
            return Outcome.NO_ADDRESS, ()
        letter = self.letters.letter(told, known, digest=delivery.digest)
        # The plain one: what acts for the member is not for the services on the way.
        link = self.links.to(told[0])
        tried = []
        for address in addresses:
            try:
                url = self.seal.seal.open(address.sealed, Place(address.tenant, PURPOSE, address.id))
                push(url, self.reach, letter.title, link)
            except (NotPushed, SecretLost, SecretMisplaced):
                tried.append(address.failed(now))
            else:
                tried.append(address.worked(now))
        taken = any(each.failures == 0 for each in tried)
        return Outcome.SENT if taken else Outcome.UNREACHABLE, tried
