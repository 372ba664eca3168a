"""An organizer takes a meeting out of a schedule that is under review."""

from services.events.domain.meeting_schedule import SCHEDULE, MeetingSchedule
from services.events.domain.planned_meeting import PlannedMeeting, PlannedState
from services.events.store import Store
from shared.errors import NotFound
from shared.messaging.unit_of_work import Transaction


def dismiss_planned_meeting(
    transaction: Transaction, store: Store, schedule: MeetingSchedule, planned_id: str
) -> PlannedMeeting:
    """The meeting, which will not be published; a second time changes nothing.

    Raises NotFound where the schedule plans none of that id, Conflict where it is not under review.
    """
    session, tenant = transaction.session, transaction.tenant
    planned = store.planned_meetings.get(tenant, planned_id, session)
    if planned.schedule_id != schedule.id:
        raise NotFound("planned meeting", planned_id)
    if planned.state is PlannedState.DISMISSED:
        return planned
    SCHEDULE.after(schedule.state, "publish")
    # Whoever publishes at this moment changes the schedule, too: one of the two comes first.
    store.schedules.save(session, schedule)
    dismissed = planned.dismissed(transaction.now)
    store.planned_meetings.write(session, [(planned, dismissed)])
    return dismissed
