"""`/v1/events`: planning gatherings and finding them."""

from typing import Any

from marshmallow import fields

from services.events.api.context import store
from services.events.api.finding import is_staff, own_groups, visible_event
from services.events.commands.cancel_event import cancel_event
from services.events.commands.change_event import change_event
from services.events.commands.create_event import create_event
from services.events.commands.publish_event import publish_event
from services.events.domain.event import Event, EventSession, EventSource, EventVisibility
from shared.contracts.events import EventSession as EventSessionSchema
from shared.contracts.events import EventSource as EventSourceSchema
from shared.contracts.fields import Choice, Id, Line, Many, Moment, One, Record, Text, Whole
from shared.web import Blueprint, Page, etag, principal, requested, require_match, roles, transaction

blueprint = Blueprint("events", __name__, url_prefix="/v1/events", description="Gatherings that people attend.")

_VISIBILITIES = tuple(each.value for each in EventVisibility)


class PartSchema(EventSessionSchema):
    """A part of an event."""

    starts_at = Moment("Its start.", required=True)
    ends_at = Moment("Its end.", required=True)


class EventChangesSchema(Record):
    """A merge patch of an event: what is left out stays, null clears."""

    name = Line("What it is called.", 200, shortest=1, nullable=False)
    description = Text("What it is about.", 10_000)
    starts_at = Moment("Its start.", nullable=False)
    ends_at = Moment("Its end, later than the start.", nullable=False)
    time_zone = Line("IANA time zone of the place, `Europe/Rome`.", 64, shortest=1, nullable=False)
    capacity = Whole("Seats; null: no limit.", 0, 10_000_000)
    offer_hours = Whole(
        "How long a freed seat is held for whom it was offered; 24, or as the association has it.",
        1,
        24 * 60,
        nullable=False,
    )
    place = Line("Where it is.", 500)
    visibility = Choice(
        "Who may find it: every member, who is in one of `groups`, or only who is registered.",
        _VISIBILITIES,
        nullable=False,
    )
    groups = Many(
        "Chapters and interest groups whose members may register here; empty: every member.",
        Id("A group.", required=True),
        100,
    )
    sessions = Many("Its parts.", One("A part.", PartSchema, required=True), 500)
    sources = Many(
        "The same event in systems outside; each belongs to one event only.",
        One("A source.", EventSourceSchema, required=True),
        50,
    )


class EventSchema(EventChangesSchema):
    """An event."""

    id = fields.String(dump_only=True, metadata={"format": "uuid"})
    name = Line("What it is called.", 200, shortest=1, required=True)
    starts_at = Moment("Its start.", required=True)
    ends_at = Moment("Its end, later than the start.", required=True)
    time_zone = Line("IANA time zone of the place, `Europe/Rome`.", 64, shortest=1, required=True)
    state = fields.String(dump_only=True, metadata={"description": "draft, published, running, finished, cancelled"})
    seats_taken = fields.Integer(dump_only=True, metadata={"description": "Of live registrations, paid or not."})
    waiting = fields.Integer(dump_only=True, metadata={"description": "How many wait for a seat."})
    over_capacity = fields.Boolean(
        dump_only=True,
        attribute="overfull",
        metadata={"description": "Whether ticket systems outside sold more seats than there are."},
    )


@blueprint.post("")
@roles("organizer")
@blueprint.arguments(EventSchema)
@blueprint.response(201, EventSchema)
def create(body: dict[str, Any]) -> Any:
    """Plans an event.

    It stays a draft that only organizers see until it is published.
    """
    event = create_event(transaction(), store(), _fields(body))
    etag(event.version)
    return event, 201, {"Location": f"/v1/events/{event.id}"}


@blueprint.get("")
@roles("organizer", "coordinator", "integrator", "member")
@blueprint.page(EventSchema)
def index() -> Page[Event]:
    """Lists events.

    Organizers see all; others those that are announced and open to every member, or to a group they are in.
    """
    wanted = requested()
    tenant, events = principal().tenant, store().events
    if is_staff():
        found = list(events.page(tenant, {}, limit=wanted.fetch, after=wanted.after_id))
    else:
        found = events.visible(tenant, own_groups(), limit=wanted.fetch, after=wanted.after_id)
    return wanted.page(found, key=lambda event: event.id)


@blueprint.get("/<id:event_id>")
@roles("organizer", "coordinator", "integrator", "member")
@blueprint.response(200, EventSchema)
def show(event_id: str) -> Any:
    """Shows an event."""
    event = visible_event(event_id)
    # Seats move without a new version, so that a registration never makes an organizer's If-Match stale. A 304 would
    # hide them: the tag is given, but not compared.
    return event, 200, {"ETag": f'"{event.version}"'}


@blueprint.patch("/<id:event_id>")
@roles("organizer")
@blueprint.arguments(EventChangesSchema)
@blueprint.response(200, EventSchema)
def change(body: dict[str, Any], event_id: str) -> Event:
    """Changes an event."""
    event = change_event(transaction(), store(), _current(event_id), _fields(body))
    etag(event.version)
    return event


@blueprint.post("/<id:event_id>/publish")
@roles("organizer")
@blueprint.response(200, EventSchema)
def publish(event_id: str) -> Event:
    """Opens an event for registration and tells of it.

    Attendee records that waited for one of its sources are taken in soon after.
    """
    event = publish_event(transaction(), store(), _current(event_id))
    etag(event.version)
    return event


@blueprint.post("/<id:event_id>/cancel")
@roles("organizer")
@blueprint.response(200, EventSchema)
def cancel(event_id: str) -> Event:
    """Calls an event off.

    Its registrations are cancelled soon after.
    """
    event = cancel_event(transaction(), store(), _current(event_id))
    etag(event.version)
    return event


def _current(event_id: str) -> Event:
    current = transaction()
    event = store().events.get(current.tenant, event_id, current.session)
    require_match(event.version)
    return event


def _fields(body: dict[str, Any]) -> dict[str, Any]:
    """The body in the domain's types; null lists are empty ones."""
    typed = dict(body)
    if "visibility" in body:
        typed["visibility"] = EventVisibility(body["visibility"] or EventVisibility.MEMBERS)
    if "groups" in body:
        typed["groups"] = tuple(dict.fromkeys(body["groups"] or ()))
    if "sessions" in body:
        typed["sessions"] = tuple(EventSession(**each) for each in body["sessions"] or ())
    if "sources" in body:
        typed["sources"] = tuple(EventSource(**each) for each in body["sources"] or ())
    return typed
