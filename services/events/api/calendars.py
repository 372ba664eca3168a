"""iCalendar feeds: of an event for who may see it, and a private one for each member, at a secret address."""

import hashlib
import secrets
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from flask import Response, current_app
from marshmallow import Schema, fields
from pymongo.errors import DuplicateKeyError
from werkzeug.exceptions import NotFound

from services.events.api.context import PUBLIC_URL, store
from services.events.api.finding import visible_event
from services.events.domain.agenda import PAST_SHOWN, agenda, appointment
from services.events.domain.meeting_agenda import appointments as meeting_appointments
from services.events.domain.mentoring_session import appointments
from services.events.domain.topic_agenda import appointments as topic_appointments
from shared.calendar import CONTENT_TYPE, Appointment, written
from shared.errors import Conflict
from shared.web import Blueprint, etag, member_id, public, roles, transaction, unit_of_work

blueprint = Blueprint(
    "calendars", __name__, url_prefix="/v1", description="What people have ahead, in their own calendars."
)

_TOKEN_BYTES = 32


class CalendarSchema(Schema):
    """A private feed. Its address is shown this once: whoever has it sees what the member has ahead."""

    url = fields.String(required=True, metadata={"description": "To subscribe to in a calendar program."})


@blueprint.get("/events/<id:event_id>/calendar.ics")
@roles("organizer", "coordinator", "integrator", "member")
@blueprint.response(200, content_type=CONTENT_TYPE)
def of_event(event_id: str) -> Response:
    """Shows an event as an iCalendar feed."""
    event = visible_event(event_id)
    return _feed(written([appointment(event)], name=event.name))


@blueprint.post("/calendars")
@roles("member")
@blueprint.response(201, CalendarSchema)
def issue() -> dict[str, Any]:
    """Makes the address of the calling member's private feed.

    There is one at a time: an address made before shows nothing any more.
    """
    current, token = transaction(), secrets.token_urlsafe(_TOKEN_BYTES)
    try:
        store().calendars.issue(current.session, current.tenant, member_id(), token, current.now)
    except DuplicateKeyError:
        raise Conflict("Another address is being made at this moment: it is the one that holds.") from None
    return {"url": f"{current_app.extensions[PUBLIC_URL]}/v1/calendars/{token}.ics"}


@blueprint.delete("/calendars")
@roles("member")
@blueprint.response(204)
def revoke() -> None:
    """Revokes the address of the calling member's private feed, if there is one."""
    current = transaction()
    store().calendars.revoke(current.session, current.tenant, member_id())


@blueprint.get("/calendars/<token>.ics")
@public
@blueprint.response(200, content_type=CONTENT_TYPE)
def of_member(token: str) -> Response:
    """Shows a member's events, their meetings and topics there, and mentoring sessions as an iCalendar feed.

    Confirmed registrations are CONFIRMED, others that are live TENTATIVE, as is a session or a meeting that moved and
    awaits the other's word; one that was only proposed is not there. What is cancelled stays for 30 days as CANCELLED,
    what is over for a year. 404 for an address that was never given or is revoked.
    """
    owner = store().calendars.owner(token)
    if owner is None:
        raise NotFound
    tenant, member = owner
    now = unit_of_work().clock.now()
    registrations = store().registrations.of_member(tenant, member)
    told = store().attendance.told_of(tenant, member)
    ids = {each.event_id for each in registrations} | told.keys()
    events = store().events.ending_after(tenant, ids, now - PAST_SHOWN)
    shown = [
        *agenda(events, registrations, told, now),
        *_sessions(tenant, member, now),
        *_meetings(tenant, member, now),
        *_topics(tenant, member, now),
    ]
    answer = _feed(written(shown, name="My events"))
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


def _sessions(tenant: str, member: str, now: datetime) -> Iterator[Appointment]:
    """The member's sessions, also those agreed on as somebody who was merged into them."""
    own = store().merges.known_as(tenant, member)
    sessions = store().mentoring_sessions.ending_after(tenant, own, now - PAST_SHOWN)
    others = {each for session in sessions for each in session.parties} - own
    survivors = store().merges.survivors(tenant, others)
    named = store().people.names_for_members(tenant, set(survivors.values()))
    names = {each: named[now_is] for each, now_is in survivors.items() if named.get(now_is)}
    return appointments(sessions, own, names, now)


def _meetings(tenant: str, member: str, now: datetime) -> Iterator[Appointment]:
    """The member's meetings at events that they agreed on once."""
    own = frozenset({member})
    meetings = store().meetings.ending_after(tenant, own, now - PAST_SHOWN)
    ids = {each.event_id for each in meetings}
    events = {each.id: each for each in store().events.ending_after(tenant, ids, now - PAST_SHOWN)}
    plans = {each.id: each for each in store().slot_plans.of_events(tenant, ids)}
    names = store().people.names_for_members(tenant, {each for meeting in meetings for each in meeting.party_ids} - own)
    return meeting_appointments(meetings, own, {each: name for each, name in names.items() if name}, events, plans, now)


def _topics(tenant: str, member: str, now: datetime) -> Iterator[Appointment]:
    """The topics that the member hosts or has a place in."""
    topics = store().topics.ending_after(tenant, member, now - PAST_SHOWN)
    ids = {each.event_id for each in topics}
    events = {each.id: each for each in store().events.ending_after(tenant, ids, now - PAST_SHOWN)}
    return topic_appointments(topics, member, events, now)


def _feed(content: bytes) -> Response:
    """Programs ask every hour: the tag is of the content, so that most of them are answered in a line."""
    etag(hashlib.sha256(content).hexdigest())
    return Response(content, content_type=f"{CONTENT_TYPE}; charset=utf-8")
