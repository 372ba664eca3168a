"""An organizer asks for a schedule of meetings: it is queued, a worker makes it."""

from pymongo.errors import DuplicateKeyError

from services.events.domain.event import Event
from services.events.domain.meeting_groups import OTHERS
from services.events.domain.meeting_schedule import SCHEDULE, MeetingSchedule, Quota, Whom, require_sound
from services.events.store import Store
from shared.errors import Conflict
from shared.ids import new_id
from shared.messaging.unit_of_work import Transaction


class NoSlots(Conflict):
    """Nobody can meet before the organizer has said when."""

    def __init__(self) -> None:
        super().__init__("No slot is to come at this event: fix its slots first.")


def make_schedule(
    transaction: Transaction, store: Store, event: Event, whom: Whom, quotas: tuple[Quota, ...], fitting: int
) -> MeetingSchedule:
    """A queued schedule, due at once, in place of the one before; what is published stays.

    Raises Invalid for quotas that cannot be, Conflict where the event is not open, has no slots to come, or its last
    schedule is just being published.
    """
    tenant, session, now = transaction.tenant, transaction.session, transaction.now
    event.after("meet", now)
    groups = store.meeting_groups.find(tenant, event.id, session)
    named = () if groups is None else groups.groups
    require_sound(quotas, frozenset((*(each.name for each in named), OTHERS)))
    plan = store.slot_plans.find(tenant, event.id, session)
    if plan is None or all(each.starts_at <= now for each in plan.slots):
        raise NoSlots
    before = store.schedules.of_event(tenant, event.id, session)
    if before is not None:
        SCHEDULE.after(before.state, "replace")
        store.schedules.drop(session, before)
    schedule = MeetingSchedule(
        id=new_id(),
        tenant=tenant,
        version=1,
        updated_at=now,
        event_id=event.id,
        whom=whom,
        quotas=quotas,
        fitting=fitting,
        due_at=now,
        traceparent=transaction.traceparent,
    )
    try:
        store.schedules.insert(session, schedule)
    except DuplicateKeyError:
        raise Conflict("Somebody else asked for a schedule of this event at the same moment.") from None
    return schedule
