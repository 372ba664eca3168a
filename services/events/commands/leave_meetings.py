"""Who does not come to an event any more has no meetings and topics there: they end with the registration.

A registration that is somebody else's now may be the same person's, whom a merge that is not known yet gave another id:
then they follow. So those wait until it must be known.
"""

from collections import defaultdict
from collections.abc import Mapping

from services.events.commands.end_meetings import end_meetings_at
from services.events.commands.end_topics import leave_topics
from services.events.commands.hold_round_time import release_at
from services.events.domain.announcements import MOVED
from services.events.domain.meeting import EVENT_CANCELLED, REGISTRATION_CANCELLED
from services.events.store import Store
from services.events.store.attendance import Place
from services.events.store.departures import COLLECTION
from shared.messaging.due import Claimed, DueWork
from shared.messaging.unit_of_work import Transaction, UnitOfWork


def leave_meetings(transaction: Transaction, store: Store, leaving: Mapping[Place, str | None]) -> None:
    """Calls off what these members had at these events; each with why they do not attend.

    Their time in rounds is free again; the next plan leaves them out.

    The caller writes that they do not, so that no request of theirs, and none to them, can pass this unseen.
    """
    ended: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for (event_id, member_id), why in leaving.items():
        if why == MOVED:
            store.departures.look_later(transaction.session, transaction.tenant, event_id, member_id, transaction.now)
        else:
            reason = EVENT_CANCELLED if why == EVENT_CANCELLED else REGISTRATION_CANCELLED
            ended[event_id, reason].append(member_id)
    for (event_id, reason), member_ids in ended.items():
        end_meetings_at(transaction, store, event_id, member_ids, reason)
        release_at(transaction, store, event_id, member_ids)
        leave_topics(transaction, store, event_id, member_ids, reason)


def departures(store: Store) -> DueWork:
    """The due work of calling off the meetings of whoever lost their registration to somebody else."""

    def perform(unit_of_work: UnitOfWork, claimed: Claimed) -> None:
        event_id, tenant = claimed.document["event_id"], claimed.document["tenant"]

        def leave(transaction: Transaction) -> None:
            claimed.confirm(transaction.session)
            store.departures.looked(transaction.session, claimed.document["_id"])
            member_id = store.merges.survivor(tenant, claimed.document["member_id"], transaction.session)
            if not store.attendance.hold(transaction.session, tenant, event_id, [member_id]):
                leave_meetings(transaction, store, {(event_id, member_id): None})

        unit_of_work.run(leave, tenant=tenant)

    return DueWork("leave_meetings", COLLECTION, perform)
