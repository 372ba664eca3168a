"""When which mentors can be booked in the mentoring corner."""

from collections import defaultdict
from datetime import datetime
from typing import Any

from pymongo.client_session import ClientSession

from services.events.commands.no_thanks import no_thanks_among
from services.events.commands.open_corner import MENTOR
from services.events.domain.corner import Corner
from services.events.domain.meeting_slots import SlotPlan
from services.events.store import Store
from services.events.store.held_time import busy_between


def free_times(
    store: Store,
    corner: Corner,
    plan: SlotPlan,
    now: datetime,
    caller: str | None,
    session: ClientSession | None = None,
) -> list[dict[str, Any]]:
    """The slots of the corner that are to come, each with the mentors who offer it and are free then.

    Without those whom the caller is kept apart from, and those of whom one would rather not meet the other.
    """
    tenant = corner.tenant
    offers = store.corner_offers.of_event(tenant, corner.id, session)
    now_is = store.merges.survivors(tenant, {each.member_id for each in offers}, session)
    offered: defaultdict[str, set[str]] = defaultdict(set)
    for each in offers:
        offered[now_is[each.member_id]] |= {*each.slot_ids}
    names = {*now_is, *now_is.values()}
    mentors = {
        now_is.get(each, each) for each in store.registrations.opted_in(tenant, corner.id, names, MENTOR, session)
    }
    mentors &= store.attendance.attending(tenant, corner.id, mentors, session)
    if caller is not None:
        refused = no_thanks_among(store, tenant, corner.id, {caller, *mentors}, session)
        mentors -= {caller} | store.kept_apart.apart_from(tenant, caller)
        mentors -= {one if other == caller else other for one, other in refused if caller in (one, other)}
    held = store.held_time.of(tenant, sorted(mentors), session)
    return [
        {
            "slot_id": slot.id,
            "starts_at": slot.starts_at,
            "ends_at": slot.ends_at,
            "mentor_ids": [
                each
                for each in sorted(mentors)
                if slot.id in offered[each] and not busy_between(held[each], slot.starts_at, slot.ends_at)
            ],
        }
        for slot in plan.slots
        if slot.id in corner.slot_ids and slot.starts_at > now
    ]
