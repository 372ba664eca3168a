"""A ticket left its order: pretix can split one off into an order of its own, and the first order knows it no more."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.events.commands.publish_record import publish_removal, removal_faults
from services.events.domain.registration import Origin
from services.events.store import Store
from shared.messaging.unit_of_work import Transaction


@dataclass(frozen=True, slots=True)
class WholeOrder:
    """An order as it was read, with all of its positions.

    `start` is what the ids of its registrations begin with, `tickets` the ids that it has now, `updated_at` as in a
    record.
    """

    start: Origin
    tickets: frozenset[str]
    updated_at: str


def remove_moved(transaction: Transaction, store: Store, orders: Sequence[WholeOrder]) -> None:
    """Publishes the removal of each registration of these orders that its order has no longer.

    Whoever holds the ticket now has it by a registration of the other order. One order that cannot be dated is passed
    over: its records are refused for the same reason, and say so.
    """
    if not orders:
        return
    starts = [order.start for order in orders]
    session, tenant = transaction.session, transaction.tenant
    known = {
        *store.registrations.live_beginning(tenant, starts, session),
        *store.unmapped.live_beginning(tenant, starts, session),
    }
    of_start: Mapping[Origin, WholeOrder] = {order.start: order for order in orders}
    for origin in sorted(known, key=lambda each: each.message_key):
        code, dash, _ = origin.source_registration_id.rpartition("-")
        order = of_start[Origin(origin.source, origin.source_event_id, f"{code}{dash}")]
        if origin.source_registration_id in order.tickets:
            continue
        removal = {
            "source": origin.source,
            "source_event_id": origin.source_event_id,
            "source_registration_id": origin.source_registration_id,
            "updated_at": order.updated_at,
        }
        if not removal_faults(removal, transaction.now):
            publish_removal(transaction, removal)
