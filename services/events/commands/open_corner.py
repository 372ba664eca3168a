"""An organizer makes slots the mentoring corner of a program, and mentors say at which of them they would be there."""

from services.events.commands.ask_to_meet import plan_of
from services.events.commands.may_meet import require_attending
from services.events.domain.corner import Corner, CornerOffer, offer_id, require_in_corner, require_slots
from services.events.domain.event import Event
from services.events.store import Store
from shared.errors import Conflict, Fault, Invalid, NotFound
from shared.messaging.unit_of_work import Transaction

MENTOR = "mentor"


class NoMentor(Conflict):
    """Only who opted in as a mentor when they registered is one at the event."""

    def __init__(self) -> None:
        super().__init__("Only who registered for the event as a mentor offers time in its mentoring corner.")


def open_corner(transaction: Transaction, store: Store, event: Event, corner: Corner) -> Corner:
    """The corner as it is from now on; what was booked stays.

    Raises Invalid where the program is not of this event or a slot not one of its own, Conflict where it is over.
    """
    event.after("change", transaction.now)
    if not store.event_programs.is_of(transaction.tenant, corner.program_id, event.id, transaction.session):
        raise Invalid([Fault("/program_id", "No mentoring program of this event has this id.")])
    require_slots(corner.slot_ids, plan_of(transaction, store, event.id))
    return store.corners.put(transaction.session, corner)


def offer_time(
    transaction: Transaction, store: Store, event: Event, mentor: str, slot_ids: tuple[str, ...]
) -> CornerOffer:
    """What the mentor offers from now on, instead of all they did, by whatever id; what was booked stays.

    Raises NotFound where the event has no corner, Invalid for slots that are not of it, NotTakingPart, NoMentor.
    """
    event.after("meet", transaction.now)
    require_attending(transaction, store, event.id, mentor)
    require_in_corner(slot_ids, corner_of(transaction, store, event.id))
    if not is_mentor(transaction, store, event.id, mentor):
        raise NoMentor
    others = store.merges.known_as(transaction.tenant, mentor, transaction.session) - {mentor}
    store.corner_offers.withdraw(transaction.session, transaction.tenant, event.id, others)
    identifier = offer_id(event.id, mentor)
    before = store.corner_offers.find(transaction.tenant, identifier, transaction.session)
    offer = CornerOffer(
        id=identifier,
        tenant=transaction.tenant,
        version=0 if before is None else before.version,
        updated_at=transaction.now,
        event_id=event.id,
        member_id=mentor,
        slot_ids=slot_ids,
    )
    return store.corner_offers.put(transaction.session, offer)


def corner_of(transaction: Transaction, store: Store, event_id: str) -> Corner:
    """The event's corner. Raises NotFound."""
    found = store.corners.find(transaction.tenant, event_id, transaction.session)
    if found is None:
        raise NotFound("mentoring corner at event", event_id)
    return found


def is_mentor(transaction: Transaction, store: Store, event_id: str, member_id: str) -> bool:
    """Whether the member opted in as a mentor with a confirmed registration, by whatever id."""
    session, tenant = transaction.session, transaction.tenant
    names = store.merges.known_as(tenant, member_id, session)
    return bool(store.registrations.opted_in(tenant, event_id, names, MENTOR, session))
