"""The times and tables at which people meet at an event."""

from dataclasses import replace
from typing import Any

from services.events.api.context import store
from services.events.api.finding import is_staff, visible_event
from services.events.commands.set_slots import set_slots
from services.events.domain.meeting_slots import MeetingPlace, Slot, SlotPlan
from shared.contracts.fields import Flag, Id, Line, Many, Moment, One, Record, Timestamp, WebAddress, Whole
from shared.ids import new_id
from shared.messaging.unit_of_work import Transaction
from shared.web import Blueprint, etag, principal, require_match, roles, transaction, unit_of_work

blueprint = Blueprint("slots", __name__, url_prefix="/v1/events", description="When and where people meet at an event.")

_MOST_SLOTS, _MOST_PLACES = 500, 500


class MeetingPlaceSchema(Record):
    """A table, or a place with several."""

    name = Line("What it is called; unique in its slot.", 100, shortest=1, required=True)
    capacity = Whole("How many meetings it takes at once; 1, where it is not said.", 1, 10_000, nullable=False)
    link = WebAddress("Where one meets there without being there.")


class NewMeetingSlotSchema(Record):
    """A time to meet. Without places people choose one themselves."""

    id = Id("The slot this was until now; a new one, where it is left out.")
    starts_at = Moment("Its start.", required=True)
    ends_at = Moment("Its end; the next slot may start then.", required=True)
    link = WebAddress("Where one meets without being there.")
    places = Many("What there is to sit at.", One("A place.", MeetingPlaceSchema, required=True), _MOST_PLACES)


class TopicRulesSchema(Record):
    """The numbers that topics go by."""

    minutes = Whole("How long one for one other person takes, where it is in no slot; 30.", 5, 1440, nullable=False)
    group_minutes = Whole("The same of one for a group; 45.", 5, 1440, nullable=False)
    group_size = Whole("How many can join a group at most, the host not counted; 4.", 1, 1000, nullable=False)
    reminder_minutes = Whole(
        "How long before its start those who come are reminded; until then places are kept for who has something else "
        "at the time a topic was moved to; 15.",
        0,
        1440,
        nullable=False,
    )


class NewSlotsSchema(Record):
    """All slots from now on, and the numbers that requests go by."""

    slots = Many(
        "All of them; no two overlap.", One("A slot.", NewMeetingSlotSchema, required=True), _MOST_SLOTS, required=True
    )
    request_hours = Whole(
        "After how many hours a request expires; 24, or as the association has it.", 1, 720, nullable=False
    )
    notice_hours = Whole(
        "How many hours before its slot a request expires at last; 12, or as the association has it.",
        0,
        720,
        nullable=False,
    )
    pending_limit = Whole(
        "How many requests a person may have waiting for an answer; 5, or as the association has it.",
        1,
        100,
        nullable=False,
    )
    topics = One("How topics are; each number that is left out stays.", TopicRulesSchema, nullable=False)
    confirm = Line("The change was shown with whom it concerns, and is wanted: `confirm` of that answer.", 64)


class ShownMeetingPlaceSchema(MeetingPlaceSchema):
    left = Whole("How many more meetings it has room for.", 0, 10_000, required=True)


class MeetingSlotSchema(Record):
    """A time to meet."""

    id = Id("The slot.", required=True)
    starts_at = Timestamp("Its start.", required=True)
    ends_at = Timestamp("Its end.", required=True)
    link = WebAddress("Where one meets without being there.")
    places = Many(
        "What there is to sit at.", One("A place.", ShownMeetingPlaceSchema, required=True), _MOST_PLACES, required=True
    )
    busy = Flag("Whether the calling member has something then, at whatever event.", required=True)


class SlotsSchema(Record):
    """All slots of an event."""

    slots = Many("In order of time.", One("A slot.", MeetingSlotSchema, required=True), _MOST_SLOTS, required=True)
    request_hours = Whole("After how many hours a request expires.", 1, 720, required=True)
    notice_hours = Whole("How many hours before its slot it expires at last.", 0, 720, required=True)
    pending_limit = Whole("How many requests a person may have waiting for an answer.", 1, 100, required=True)
    topics = One("The numbers that topics go by.", TopicRulesSchema, required=True)


@blueprint.put("/<id:event_id>/slots")
@roles("organizer")
@blueprint.arguments(NewSlotsSchema)
@blueprint.response(200, SlotsSchema)
def put(body: dict[str, Any], event_id: str) -> dict[str, Any]:
    """Fixes the times and tables for meetings.

    Slots keep their `id`; one that is left out goes, and a new one has none yet. Meetings follow: with a slot that
    moves they move, unless one of the two has something else then; who has no table any more gets another one of the
    slot, or is told that there is none; the meetings of a slot that goes are cancelled. Where anybody is affected
    nothing is changed at first: the answer is a 409 with `affected` (how many meetings are `cancelled`, `moved`, at
    `other_table`, `without_table`), the first 100 `meetings`, and `confirm`. The same body with that `confirm` makes
    the change; 412 where something else would come of it by then. A slot that is over stays as it was.
    """
    current = transaction()
    event = visible_event(event_id, current.session)
    before = _plan(current, event_id)
    require_match(before.version)
    numbers = {name: body[name] for name in ("request_hours", "notice_hours", "pending_limit") if name in body}
    known = {each.id for each in before.slots}
    slots = tuple(_slot(each, known) for each in body["slots"])
    after = SlotPlan(
        id=event_id,
        tenant=current.tenant,
        version=before.version,
        updated_at=current.now,
        slots=slots,
        topics=replace(before.topics, **(body.get("topics") or {})),
        **({name: getattr(before, name) for name in _NUMBERS} | numbers),
    )
    kept = set_slots(current, store(), event, before, after, body.get("confirm"))
    etag(kept.version)
    return _shown(kept, current)


@blueprint.get("/<id:event_id>/slots")
@roles("organizer", "member")
@blueprint.response(200, SlotsSchema)
def show(event_id: str) -> Any:
    """Shows the times and tables for meetings, how many tables are left, and when the caller has something already.

    Links are for organizers: whoever meets behind one reads it with the meeting.
    """
    event = visible_event(event_id)
    current = store().slot_plans.find(event.tenant, event.id)
    plan = current or SlotPlan(event.id, event.tenant, 0, unit_of_work().clock.now(), **_usual(event.tenant))
    # Tables are taken without a new version: the tag is for If-Match, and not compared here.
    return _shown(plan, None), 200, {"ETag": f'"{plan.version}"'}


_NUMBERS = ("request_hours", "notice_hours", "pending_limit")


def _plan(current: Transaction, event_id: str) -> SlotPlan:
    found = store().slot_plans.find(current.tenant, event_id, current.session)
    return found or SlotPlan(event_id, current.tenant, 0, current.now, **_usual(current.tenant, current))


def _usual(tenant: str, current: Transaction | None = None) -> dict[str, Any]:
    """The numbers as the association has them."""
    usual = store().association_defaults.of(tenant, None if current is None else current.session)
    return {
        "request_hours": usual["meeting_request_hours"],
        "notice_hours": usual["meeting_notice_hours"],
        "pending_limit": usual["pending_meeting_limit"],
    }


def _slot(said: dict[str, Any], known: set[str]) -> Slot:
    """An id that no slot of the event has is that of a new one, and gives way to one of ours."""
    given = said.get("id")
    return Slot(
        id=given if given in known else new_id(),
        starts_at=said["starts_at"],
        ends_at=said["ends_at"],
        link=said.get("link"),
        places=tuple(
            MeetingPlace(each["name"], each.get("capacity") or 1, each.get("link")) for each in said.get("places") or ()
        ),
    )


def _shown(plan: SlotPlan, current: Transaction | None) -> dict[str, Any]:
    session = None if current is None else current.session
    room = store().slot_plans.room(plan.tenant, [each.id for each in plan.slots], session)
    caller = principal().member_id
    holds = () if caller is None else store().held_time.of(plan.tenant, [caller], session)[caller]
    return {name: getattr(plan, name) for name in (*_NUMBERS, "topics")} | {
        "slots": [
            {
                "id": slot.id,
                "starts_at": slot.starts_at,
                "ends_at": slot.ends_at,
                "link": slot.link if is_staff() else None,
                "places": [
                    {
                        "name": each.name,
                        "capacity": each.capacity,
                        "link": each.link if is_staff() else None,
                        "left": room[slot.id].get(each.name, 0),
                    }
                    for each in slot.places
                ],
                "busy": any(each.starts_at < slot.ends_at and slot.starts_at < each.ends_at for each in holds),
            }
            for slot in plan.slots
        ]
    }
