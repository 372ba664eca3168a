"""A delivery is closed by the sender that claimed it: from then on it says the same on every attempt."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from services.notifications.commands.place_news import Placed, place_news
from services.notifications.domain.closing import beyond_the_cap, closing
from services.notifications.domain.delivery import Delivery, DeliveryState
from services.notifications.domain.notification import Notification
from services.notifications.domain.preferences import Channel, Habits
from services.notifications.domain.timing import Plan, news_of, waits_until
from services.notifications.store import Store
from shared.ids import new_id
from shared.messaging.cause import Cause
from shared.messaging.due import Claimed
from shared.messaging.unit_of_work import Transaction, UnitOfWork


def close_delivery(
    unit_of_work: UnitOfWork, store: Store, claimed: Claimed, *, lease_seconds: float, gather: timedelta
) -> Delivery | None:
    """The delivery as it is to be sent now, claimed for so long from now; None where nothing is to be sent yet, or at
    all.

    What was read meanwhile is left out, the quiet hours and preferences of this moment hold, and what is too much for
    the day goes with the daily digest. Raises LeaseLost where the claim has passed on.
    """
    delivery = store.deliveries.from_document(claimed.document)
    if delivery.closed_at is not None:
        return delivery

    def close(transaction: Transaction) -> Delivery | None:
        # First of all, so that whoever joins it at this moment conflicts with us.
        claimed.renew(transaction.session, lease_seconds)
        found = store.deliveries.get(transaction.tenant, delivery.id, transaction.session)
        closed = _Closer(transaction, store, gather, found).close()
        if closed is not None and closed.closed_at is None:
            claimed.confirm(transaction.session)
        return None if closed is None or closed.closed_at is None else closed

    cause = Cause(delivery.correlation_id or new_id(), None, delivery.traceparent)
    return unit_of_work.run(close, tenant=delivery.tenant, cause=cause)


@dataclass(frozen=True, slots=True)
class _Closer:
    """Of one delivery, in one transaction."""

    transaction: Transaction
    store: Store
    gather: timedelta
    delivery: Delivery

    def close(self) -> Delivery | None:
        """As it is written: closed, put off, or skipped; None where it is there no more."""
        ids = sorted(self.delivery.notification_ids)  # in the order they were left in, whenever they joined
        held = self.store.notifications.those(self.delivery.tenant, ids, self.transaction.session)
        if held and all(news_of(each).firm for each in held):
            return self._closed(held)
        found = closing(self.delivery, held, self._newer(held), self._habits(), self.gather, self.transaction.now)
        written: Delivery | None = None
        if found.goes:
            written = self._send_or_hold(found.goes)
        elif found.dropped:
            written = self._write(found.dropped, state=DeliveryState.SKIPPED, due_at=None, bundle=None)
        else:
            self.store.deliveries.dissolve(self.transaction.session, self.delivery)
        # Last: what moves may gather under the very name that this one has given up.
        self._place(found.moves)
        return written

    def _send_or_hold(self, goes: Sequence[Notification]) -> Delivery | None:
        habits, now = self._habits(), self.transaction.now
        wait = waits_until([news_of(each) for each in goes], habits, now)
        if wait > now:
            return self._write(goes, due_at=wait)
        later = None if self._goes_beyond_no_cap(habits) else beyond_the_cap(goes, habits, now)
        if later is not None:
            self.store.deliveries.dissolve(self.transaction.session, self.delivery)
            self._place([(each, later) for each in goes])
            return None
        return self._closed(self._named(goes))

    def _goes_beyond_no_cap(self, habits: Habits) -> bool:
        return self.delivery.channel != Channel.EMAIL or self.delivery.digest or self._is_within_cap(habits)

    def _is_within_cap(self, habits: Habits) -> bool:
        tenant, session = self.delivery.tenant, self.transaction.session
        person = self.store.merges.survivor(tenant, self.delivery.member_id, session)
        day = habits.clock.day(self.transaction.now)
        return self.store.mail_counts.count(session, tenant, person, day) <= habits.mails_a_day

    def _named(self, goes: Sequence[Notification]) -> Sequence[Notification]:
        """Without what has to wait for a name, which goes alone: the rest need not wait with it."""
        if len(goes) == 1:
            return goes
        known = self.store.known(self.delivery.tenant, goes)
        named = [each for each in goes if known.covers(each)]
        if named:
            self._place([(each, Plan(self.transaction.now)) for each in goes if each not in named])
        return named or goes

    def _closed(self, goes: Sequence[Notification]) -> Delivery:
        return self._write(goes, bundle=None, closed_at=self.transaction.now)

    def _write(self, told: Sequence[Notification], **changes: object) -> Delivery:
        ids = tuple(each.id for each in told)
        written = replace(self.delivery, notification_ids=ids, updated_at=self.transaction.now, **changes)  # type: ignore[arg-type]
        return self.store.deliveries.save_claimed(self.transaction.session, written)

    def _place(self, moves: Sequence[tuple[Notification, Plan]]) -> None:
        channel = Channel(self.delivery.channel)
        place_news(self.transaction, self.store, [Placed(each, channel, plan) for each, plan in moves])

    def _newer(self, held: Sequence[Notification]) -> Sequence[Notification]:
        if not held:
            return ()
        about = {each.about_id for each in held}
        return self.store.notifications.after(
            self.transaction.session, self.delivery.tenant, {self.delivery.member_id}, held[0].id, about
        )

    def _habits(self) -> Habits:
        member_id = self.delivery.member_id
        return self.store.habits(self.delivery.tenant, {member_id}, self.transaction.session)[member_id]
