"""An organizer says who may meet whom at an event."""

from dataclasses import replace

from services.events.domain.event import Event
from services.events.domain.meeting_groups import MeetingGroups, require_sound
from services.events.store import Store
from shared.messaging.unit_of_work import Transaction


def set_meeting_groups(transaction: Transaction, store: Store, event: Event, groups: MeetingGroups) -> MeetingGroups:
    """The groups from now on; what was asked or agreed on before stays. `groups` has the version they were read at.

    Raises Invalid where they do not fit together, Conflict where the event is over or cancelled.
    """
    event.after("change", transaction.now)
    require_sound(groups)
    if groups.version:
        return store.meeting_groups.save(transaction.session, replace(groups, updated_at=transaction.now))
    first = replace(groups, version=1, updated_at=transaction.now)
    store.meeting_groups.insert(transaction.session, first)
    return first
