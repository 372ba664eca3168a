"""Whether two people may meet at an event."""

from services.events.domain.meeting_groups import Ticket
from services.events.store import Store
from shared.errors import Conflict, Fault, Invalid
from shared.messaging.unit_of_work import Transaction


class NotTakingPart(Conflict):
    """Only who is registered meets people there."""

    def __init__(self) -> None:
        super().__init__("Only who has a confirmed registration for the event can meet people there.")


class GroupsDoNotMeet(Conflict):
    """The organizer has the two in groups that do not meet."""

    def __init__(self) -> None:
        super().__init__("At this event your groups do not meet: the organizer says who may meet whom.")


class NobodyToMeet(Invalid):
    """Nobody is there by that id, or nobody that the one who asks may meet: the two are never told apart."""

    def __init__(self, field: str = "invitee_id") -> None:
        super().__init__([Fault(f"/{field}", "Nobody with this id can be met at this event.")])


def require_attending(transaction: Transaction, store: Store, event_id: str, member_id: str) -> None:
    """Raises NotTakingPart; whoever takes their registration away at this moment finds what follows, or is found."""
    if not store.attendance.hold(transaction.session, transaction.tenant, event_id, [member_id]):
        raise NotTakingPart


def require_company(
    transaction: Transaction, store: Store, event_id: str, asker: str, invitee: str, field: str = "invitee_id"
) -> None:
    """Raises NobodyToMeet where the other does not come, is unknown, or is kept apart from the asker.
    `field` is where the request named them.

    The caller writes what holds the time of the asker: so does whoever keeps the two apart at this moment.
    """
    session, tenant = transaction.session, transaction.tenant
    there = store.attendance.hold(session, tenant, event_id, [invitee])
    known = store.people.known(tenant, invitee, session) is not None
    if not there or not known or store.kept_apart.holds(session, tenant, asker, invitee):
        raise NobodyToMeet(field)


def require_groups_meet(transaction: Transaction, store: Store, event_id: str, one: str, other: str) -> None:
    """Raises GroupsDoNotMeet."""
    session, tenant = transaction.session, transaction.tenant
    groups = store.meeting_groups.find(tenant, event_id, session)
    if groups is None or not groups.meets:
        return
    found = []
    for each in (one, other):
        names = store.merges.known_as(tenant, each, session)
        tickets = [
            Ticket(ticket.ticket_type, {said.question: said.answer for said in ticket.attendee.answers})
            for ticket in store.registrations.confirmed_of(tenant, event_id, names, session)
        ]
        found.append(groups.of(names, tickets))
    if not groups.may_meet(*found):
        raise GroupsDoNotMeet
