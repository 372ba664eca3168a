"""The mentoring corner of an event: when mentors of the event's program are there, and booking one of them."""

from typing import Any

from services.events.api.context import store
from services.events.api.finding import is_staff, is_there, visible_event
from services.events.api.meetings import MeetingSchema, changed
from services.events.commands.ask_to_meet import plan_of
from services.events.commands.book_corner import book_corner
from services.events.commands.open_corner import offer_time, open_corner
from services.events.commands.show_corner import free_times
from services.events.domain.corner import LIMIT, Corner
from services.events.domain.meeting_slots import SlotPlan
from shared.contracts.fields import Id, Line, Many, One, Record, Timestamp, Whole
from shared.errors import Forbidden, NotFound
from shared.web import Blueprint, audit, etag, member_id, principal, require_match, roles, transaction, unit_of_work

blueprint = Blueprint(
    "corner", __name__, url_prefix="/v1/events/<id:event_id>/corner", description="The mentoring corner of an event."
)

_MOST_SLOTS = 500


class NewCornerSchema(Record):
    """Which slots of the event are of the corner, and for which program."""

    program_id = Id("The mentoring program of this event whose mentors are there.", required=True)
    slot_ids = Many("Slots of the event.", Id("A slot.", required=True), _MOST_SLOTS, required=True)
    place = Line("Where it is; without it mentor and mentee get a table of the slot.", 200, shortest=1)
    limit = Whole("How many times a mentee may book; 2, where it is not said.", 1, 100, nullable=False)


class OfferSchema(Record):
    """When a mentor would be there."""

    slot_ids = Many("Slots of the corner.", Id("A slot.", required=True), _MOST_SLOTS, required=True)


class BookingSchema(Record):
    """Which mentor, and when."""

    mentor_id = Id("The mentor.", required=True)
    slot_id = Id("When.", required=True)


class CornerSlotSchema(Record):
    """A slot of the corner, and who can be booked then."""

    slot_id = Id("The slot.", required=True)
    starts_at = Timestamp("Its start.", required=True)
    ends_at = Timestamp("Its end.", required=True)
    mentor_ids = Many("Mentors who are free then.", Id("A member.", required=True), 10_000, required=True)


class CornerSchema(Record):
    """The corner, as the caller may see it."""

    program_id = Id("The mentoring program.", required=True)
    place = Line("Where it is.", 200)
    limit = Whole("How many times a mentee may book.", 1, 100, required=True)
    slots = Many("In order of time.", One("A slot.", CornerSlotSchema, required=True), _MOST_SLOTS, required=True)
    offered = Many("The slots that the caller offers.", Id("A slot.", required=True), _MOST_SLOTS, required=True)


@blueprint.put("")
@roles("organizer")
@blueprint.arguments(NewCornerSchema)
@blueprint.response(200, CornerSchema)
def put(body: dict[str, Any], event_id: str) -> dict[str, Any]:
    """Makes slots of the event the mentoring corner of its program.

    Its mentors are those who opted in as such when they registered. What was booked stays, also in slots that are of
    the corner no more.
    """
    current = transaction()
    event = visible_event(event_id, current.session)
    before = store().corners.find(current.tenant, event_id, current.session)
    version = 0 if before is None else before.version
    require_match(version)
    corner = Corner(
        id=event_id,
        tenant=current.tenant,
        version=version,
        updated_at=current.now,
        program_id=body["program_id"],
        slot_ids=tuple(body["slot_ids"]),
        place=body.get("place"),
        limit=body.get("limit", LIMIT if before is None else before.limit),
    )
    kept = open_corner(current, store(), event, corner)
    etag(kept.version)
    plan = plan_of(current, store(), event.id)
    return _shown(kept, free_times(store(), kept, plan, current.now, None, current.session))


@blueprint.get("")
@roles("organizer", "member")
@blueprint.response(200, CornerSchema)
def show(event_id: str) -> Any:
    """Shows the mentoring corner: its slots to come, and which mentors are free then.

    To organizers and to those who come to the event. 404 where the event has none.
    """
    event, caller = visible_event(event_id), principal().member_id
    corner = store().corners.find(event.tenant, event.id)
    if corner is None:
        raise NotFound("mentoring corner at event", event.id)
    if not is_there(event.tenant, event.id, caller):
        raise Forbidden("Only who has a confirmed registration for the event sees its mentoring corner.")
    now = unit_of_work().clock.now()
    plan = store().slot_plans.find(event.tenant, event.id) or SlotPlan(event.id, event.tenant, 0, now)
    times = free_times(store(), corner, plan, now, None if is_staff() else caller)
    if is_staff():
        audit.shows(sorted({each for slot in times for each in slot["mentor_ids"]}))
    # Who is free changes without a new version: the tag is for If-Match, and not compared here.
    return _shown(corner, times), 200, {"ETag": f'"{corner.version}"'}


@blueprint.put("/offers")
@roles("member")
@blueprint.arguments(OfferSchema)
@blueprint.response(200, OfferSchema)
def offer(body: dict[str, Any], event_id: str) -> Any:
    """Says at which slots of the corner the calling mentor would be there; they hold nobody's time until one is booked.

    All that was offered before is replaced; what was booked stays. 409 for whoever did not opt in as a mentor.
    """
    current = transaction()
    event = visible_event(event_id, current.session)
    return offer_time(current, store(), event, member_id(), tuple(body["slot_ids"]))


@blueprint.post("/bookings")
@roles("member")
@blueprint.arguments(BookingSchema)
@blueprint.response(201, MeetingSchema)
def book(body: dict[str, Any], event_id: str) -> Any:
    """Books a mentor for the calling member: a meeting that is agreed on, as others are; `cancel` frees the time.

    409 where the mentor or the caller is not free then, the two have a meeting at the event already, or the caller has
    booked as often as one may.
    """
    current = transaction()
    event = visible_event(event_id, current.session)
    meeting = book_corner(current, store(), event, member_id(), body["mentor_id"], body["slot_id"])
    return changed(current, meeting), 201, {"Location": f"/v1/meetings/{meeting.id}"}


def _shown(corner: Corner, times: list[dict[str, Any]]) -> dict[str, Any]:
    caller = principal().member_id
    own = frozenset[str]() if caller is None else store().merges.known_as(corner.tenant, caller)
    offers = [each for each in store().corner_offers.of_members(corner.tenant, own) if each.event_id == corner.id]
    offered = sorted({each for offer in offers for each in offer.slot_ids})
    names = ("program_id", "place", "limit")
    return {name: getattr(corner, name) for name in names} | {"slots": times, "offered": offered}
