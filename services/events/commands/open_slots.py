"""At which times two people could meet, when another time or table has to be found."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from services.events.domain.meeting_slots import SlotPlan
from services.events.store import Store
from services.events.store.held_time import busy_between
from shared.clock import rfc3339
from shared.errors import Conflict
from shared.messaging.unit_of_work import Transaction

_MOST = 20


class ChooseAnother(Conflict):
    """What was asked for is taken; the answer names what is not."""

    def __init__(self, detail: str, slots: Sequence[Mapping[str, Any]], *, place: bool) -> None:
        choices: dict[str, Any] = {"slots": slots}
        if place:
            choices["place"] = True
        super().__init__(detail, shown={"choices": choices})


def open_slots(
    transaction: Transaction, store: Store, plan: SlotPlan, member_ids: Collection[str], but: str
) -> list[dict[str, Any]]:
    """The first slots other than `but` in which all of them are free and a table is, if tables there are.

    Only those that can still be asked for.
    """
    now, tenant, session = transaction.now, transaction.tenant, transaction.session
    held = store.held_time.of(tenant, member_ids, session)
    free = [
        slot
        for slot in plan.slots
        if slot.id != but
        and slot.starts_at > now
        and plan.expires_at(now, slot.starts_at) > now
        and not any(busy_between(holds, slot.starts_at, slot.ends_at) for holds in held.values())
    ]
    room = store.slot_plans.room(tenant, [slot.id for slot in free], session)
    found = [
        {
            "slot_id": slot.id,
            "starts_at": rfc3339(slot.starts_at),
            "ends_at": rfc3339(slot.ends_at),
            "tables_left": sum(room[slot.id].values()),
        }
        for slot in free
        if room[slot.id] or not slot.places
    ]
    return found[:_MOST]
