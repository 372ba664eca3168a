"""Meetings of two attendees: of an event under `/v1/events/{id}`, and each by its own id."""

from typing import Any

from services.events.api.context import store
from services.events.api.finding import is_staff, visible_event
from services.events.commands.answer_meeting import accept_meeting, decline_meeting
from services.events.commands.ask_to_meet import ask_to_meet, counter
from services.events.commands.end_meetings import cancel_meeting
from services.events.domain.event import Event
from services.events.domain.meeting import Meeting, MeetingState
from services.events.domain.meeting_slots import SlotPlan
from shared.contracts.fields import Choice, Code, Flag, Id, Line, Record, Text, Timestamp, WebAddress, Whole
from shared.contracts.vocabulary import MEETING_STATES
from shared.messaging.unit_of_work import Transaction
from shared.web import (
    Blueprint,
    Page,
    audit,
    etag,
    member_id,
    principal,
    requested,
    require_match,
    roles,
    transaction,
)

blueprint = Blueprint("meetings", __name__, url_prefix="/v1", description="Attendees who meet at an event.")

_LONGEST_MESSAGE = 1000


class AskSchema(Record):
    """Whom to meet, and when."""

    invitee_id = Id("Whom to meet.", required=True)
    slot_id = Id("When.", required=True)
    message = Text("What the other one reads.", _LONGEST_MESSAGE)


class CounterSchema(Record):
    """Another time."""

    slot_id = Id("When.", required=True)
    message = Text("What the other one reads.", _LONGEST_MESSAGE)


class AcceptSchema(Record):
    """Where to meet, where no table is left: else a table is given, whatever is said here."""

    place = Line("Where the two meet without a table.", 200, shortest=1)
    without_table = Flag("They will find each other.")


class SearchSchema(Record):
    state = Choice("In this state.", MEETING_STATES)


class MeetingSchema(Record):
    """A meeting, as the caller may see it."""

    id = Id("The meeting.", required=True)
    event_id = Id("The event.", required=True)
    slot_id = Id("The slot.", required=True)
    starts_at = Timestamp("Its start.", required=True)
    ends_at = Timestamp("Its end.", required=True)
    requester_id = Id("Whose proposal stands.", required=True)
    invitee_id = Id("Who answers, or answered.", required=True)
    state = Choice("Where it stands.", MEETING_STATES, required=True)
    origin = Code(
        "How it came about: `request`, `counter` (another time was proposed), `schedule`, `corner` (of mentoring).",
        required=True,
    )
    asked_at = Timestamp("When it was proposed.", required=True)
    expires_at = Timestamp("When it expires without an answer.")
    reason = Code("Why it was declined or cancelled.")
    sequence = Whole("Rises with every change.", 0, 100_000, required=True)
    table = Line("The table they were given.", 100)
    place = Line("Where they meet without a table; for the two alone.", 200)
    link = WebAddress("Where they meet without being there.")
    message = Text("What was written with the proposal; for the two alone.", _LONGEST_MESSAGE)
    updated_at = Timestamp("When it last changed.", required=True)


@blueprint.post("/events/<id:event_id>/meetings")
@roles("member")
@blueprint.arguments(AskSchema)
@blueprint.response(201, MeetingSchema)
def ask(body: dict[str, Any], event_id: str) -> Any:
    """Asks another attendee to meet.

    The slot is held for both until it is answered or expires: after `request_hours`, or `notice_hours` before the slot,
    whichever comes first. 422 for somebody who cannot be met there. 409 where the caller does not come, the two are in
    groups that do not meet, have an open meeting at the event already, too many of the caller's requests wait, or one
    of the two has something else at that time, at whatever event: then `choices.slots` are those that are free.
    """
    current = transaction()
    event = visible_event(event_id, current.session)
    meeting = ask_to_meet(
        current, store(), event, member_id(), body["invitee_id"], body["slot_id"], body.get("message")
    )
    return changed(current, meeting), 201, {"Location": f"/v1/meetings/{meeting.id}"}


@blueprint.get("/events/<id:event_id>/meetings")
@roles("organizer", "member")
@blueprint.arguments(SearchSchema, location="query")
@blueprint.page(MeetingSchema)
def index(search: dict[str, Any], event_id: str) -> Page[dict[str, Any]]:
    """Lists meetings of an event: all of them to organizers, their own to members."""
    event = visible_event(event_id)
    wanted = requested()
    whose = None if is_staff() else member_id()
    found = store().meetings.seen_by(
        event.tenant, event.id, whose, search.get("state"), limit=wanted.fetch, after=wanted.after_id
    )
    if whose is None:
        audit.shows(sorted({each for meeting in found for each in meeting.party_ids}))
    plan = store().slot_plans.find(event.tenant, event.id)
    return wanted.page([_view(each, plan) for each in found], key=lambda each: each["id"])


@blueprint.get("/meetings/<id:meeting_id>")
@roles("organizer", "member")
@blueprint.response(200, MeetingSchema)
def show(meeting_id: str) -> dict[str, Any]:
    """Shows a meeting: any to organizers, their own to members."""
    meeting = _known(store().meetings.get(principal().tenant, meeting_id))
    if is_staff():
        audit.shows(meeting.party_ids)
    etag(meeting.version)
    return _view(meeting, store().slot_plans.find(meeting.tenant, meeting.event_id))


@blueprint.post("/meetings/<id:meeting_id>/accept")
@roles("member")
@blueprint.arguments(AcceptSchema)
@blueprint.response(200, MeetingSchema)
def accept(body: dict[str, Any], meeting_id: str) -> dict[str, Any]:
    """Says yes, and gets a table.

    409 where no table is left in the slot: `choices.slots` are those that are free for both, to be proposed with
    `counter`; `choices.place` says that `place` or `without_table` may be sent instead. 409 where it ran out.
    """
    current = transaction()
    meeting, event, by = _own(current, meeting_id)
    place, without_table = body.get("place"), bool(body.get("without_table"))
    accepted = accept_meeting(current, store(), event, meeting, by, place=place, without_table=without_table)
    return changed(current, accepted)


@blueprint.post("/meetings/<id:meeting_id>/decline")
@roles("member")
@blueprint.response(200, MeetingSchema)
def decline(meeting_id: str) -> dict[str, Any]:
    """Says no: the time of both is free again."""
    current = transaction()
    meeting, _, by = _own(current, meeting_id)
    return changed(current, decline_meeting(current, store(), meeting, by))


@blueprint.post("/meetings/<id:meeting_id>/counter")
@roles("member")
@blueprint.arguments(CounterSchema)
@blueprint.response(200, MeetingSchema)
def propose(body: dict[str, Any], meeting_id: str) -> dict[str, Any]:
    """Proposes another time, which the other one has to answer.

    Instead of an answer, or by either of the two where they had agreed on a time: that one is free then. 409 as when
    asking, and for what was booked in a mentoring corner: that is cancelled, and booked anew.
    """
    current = transaction()
    meeting, event, by = _own(current, meeting_id)
    return changed(current, counter(current, store(), event, meeting, by, body["slot_id"], body.get("message")))


@blueprint.post("/meetings/<id:meeting_id>/cancel")
@roles("organizer", "member")
@blueprint.response(200, MeetingSchema)
def cancel(meeting_id: str) -> dict[str, Any]:
    """Calls a meeting off: one that was agreed on by either of the two, a request by who made it, any by an organizer.

    A second time changes nothing; 409 when it ended otherwise, or its time is over.
    """
    current = transaction()
    meeting, _ = _current(current, meeting_id)
    caller = principal().member_id
    return changed(current, cancel_meeting(current, store(), meeting, caller if caller in meeting.party_ids else None))


def _current(current: Transaction, meeting_id: str) -> tuple[Meeting, Event]:
    meeting = _known(store().meetings.get(current.tenant, meeting_id, current.session))
    require_match(meeting.version)
    return meeting, store().events.get(current.tenant, meeting.event_id, current.session)


def _own(current: Transaction, meeting_id: str) -> tuple[Meeting, Event, str]:
    """As `_current`, of one of the two alone, and who of them calls: what people say to each other, staff do not."""
    by = member_id()
    meeting, event = _current(current, meeting_id)
    return meeting, event, meeting.require_party(by)


def _known(meeting: Meeting) -> Meeting:
    """Raises NotFound for who may know nothing of it."""
    if not is_staff():
        meeting.require_party(principal().member_id)
    return meeting


def changed(current: Transaction, meeting: Meeting) -> dict[str, Any]:
    """A meeting as it is after a change, with its tag."""
    etag(meeting.version)
    return _view(meeting, store().slot_plans.find(current.tenant, meeting.event_id, current.session))


_OF_THE_MEETING = tuple(name for name in MeetingSchema._declared_fields if name != "link")
_FOR_THE_TWO = ("place", "message")


def _view(meeting: Meeting, plan: SlotPlan | None) -> dict[str, Any]:
    view: dict[str, Any] = {name: getattr(meeting, name) for name in _OF_THE_MEETING}
    if meeting.state is not MeetingState.PENDING:
        view["expires_at"] = None
    slot = None if plan is None else plan.slot(meeting.slot_id)
    if principal().member_id not in meeting.party_ids:
        return {name: value for name, value in view.items() if name not in _FOR_THE_TWO}
    if meeting.state is MeetingState.ACCEPTED and slot is not None:
        view["link"] = slot.link_at(meeting.table)
    return view
