"""What events holds of a member and the member may know.

The address of whoever bought a ticket is somebody's, and not surely the member's: it stays here.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from services.events.domain.corner import CornerOffer
from services.events.domain.meeting import Meeting
from services.events.domain.mentoring_session import MentoringSession
from services.events.domain.planned_meeting import PlannedMeeting
from services.events.domain.registration import Registration
from services.events.domain.round_place import RoundPlace
from services.events.domain.round_series import RoundSeries
from services.events.domain.topic import Topic
from services.events.domain.wishes import Wishes
from services.events.store import Store
from shared.web.export_share import Asked, Sections

Shown = Mapping[str, Any]


def export_share(store: Store, asked: Asked) -> Sections | None:
    """The sections of the member; None where no message has told of them."""
    tenant, own = asked.tenant, store.merges.known_as(asked.tenant, asked.member_id)
    known = store.people.known(tenant, asked.member_id)
    if known is None:
        return None
    sections: dict[str, Sequence[Shown]] = {
        "member": [known],
        "identifiers": store.people.identifiers_of(tenant, own),
        "registrations": [_registration(each) for each in store.registrations.of_members(tenant, own)],
        "attendance": store.attendance.of_members(tenant, own),
        "calendars": store.calendars.of_members(tenant, own),
    }
    sections["rounds"] = [
        _places(series, place)
        for series in store.round_series.with_ids(tenant, store.round_places.series_with(tenant, own))
        for place in store.round_places.of(series, own)
    ]
    sections["meetings"] = [_meeting(each, asked.whole) for each in store.meetings.of_members(tenant, own)]
    sections["topics"] = [_topic(each, own, asked.whole) for each in store.topics.of_members(tenant, own)]
    sections["corner_offers"] = [_offer(each) for each in store.corner_offers.of_members(tenant, own)]
    if asked.whole:
        sections["planned_meetings"] = [_planned(each) for each in store.planned_meetings.of_members(tenant, own)]
        sections["wishes"] = [_wishes(each) for each in store.wishes.of_members(tenant, own)]
        sections["mentoring_sessions"] = [_session(each) for each in store.mentoring_sessions.of_parties(tenant, own)]
    return sections


def _registration(registration: Registration) -> Shown:
    ticket, person = registration.origin, registration.attendee
    return {
        "id": registration.id,
        "event_id": registration.event_id,
        "status": registration.status.value,
        "source": ticket and ticket.source,
        "source_event_id": ticket and ticket.source_event_id,
        "source_registration_id": ticket and ticket.source_registration_id,
        "name": person.name,
        "email": person.email,
        "organization": person.organization,
        "answers": {said.question: said.answer for said in person.answers},
        "ticket_type": registration.ticket_type,
        "mentoring": registration.mentoring,
        "visibility": registration.visibility,
        "checked_in_at": registration.checked_in_at,
        "waitlist_place": registration.place,
        "offer_expires_at": registration.offer_expires_at,
        "created_at": registration.created_at,
        "updated_at": registration.updated_at,
    }


def _meeting(meeting: Meeting, whole: bool) -> Shown:
    """What the two wrote is for them."""
    names = ("id", "event_id", "state", "origin", "starts_at", "ends_at", "requester_id", "invitee_id", "table", "met")
    shown = {name: getattr(meeting, name) for name in (*names, "reason", "asked_at", "updated_at")}
    return shown | {"message": meeting.message, "place": meeting.place} if whole else shown


def _places(series: RoundSeries, place: RoundPlace) -> Shown:
    """Tables are counted from 0; -1 is a round that was sat out, -2 one without them."""
    names = ("number", "seats", "left_out")
    of = {"event_id": series.event_id, "series_id": series.id, "plan": series.plan_version}
    return of | {name: getattr(place, name) for name in names}


def _planned(planned: PlannedMeeting) -> Shown:
    """Of a schedule that its organizer has not published."""
    names = ("event_id", "slot_id", "table", "updated_at")
    return {name: getattr(planned, name) for name in names}


def _topic(topic: Topic, own: Collection[str], whole: bool) -> Shown:
    """What they host, with what they wrote, or are a guest in; who else is there is the others' own."""
    hosts = topic.host_id in own
    standing = next((each.standing.value for each in topic.guests if each.member_id in own), None)
    names = ("id", "event_id", "state", "format", "starts_at", "ends_at", "updated_at")
    shown = {name: getattr(topic, name) for name in names} | {"standing": "host" if hosts else standing}
    words = ("title", "description", "place")
    return shown | {name: getattr(topic, name) for name in words} if hosts and whole else shown


def _offer(offer: CornerOffer) -> Shown:
    names = ("event_id", "slot_ids", "updated_at")
    return {name: getattr(offer, name) for name in names}


def _wishes(said: Wishes) -> Shown:
    names = ("event_id", "wishes", "no_thanks", "updated_at")
    return {name: getattr(said, name) for name in names}


def _session(session: MentoringSession) -> Shown:
    names = ("id", "state", "starts_at", "ends_at", "agreed", "updated_at")
    return {name: getattr(session, name) for name in names}
