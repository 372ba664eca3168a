"""What a caller sees of registrations."""

from collections.abc import Sequence
from typing import Any

from marshmallow import Schema, fields
from pymongo.client_session import ClientSession

from services.events.api.context import store
from services.events.api.finding import is_staff
from services.events.domain.registration import Registration, Status
from services.events.store import Store
from shared.contracts.fields import Timestamp
from shared.web import audit

_FOR_ORGANIZERS = {"description": "For organizers only."}


class RegistrationSchema(Schema):
    """A registration. One with a `source` is a ticket there, and its status is the ticket system's."""

    id = fields.String()
    event_id = fields.String()
    member_id = fields.String(allow_none=True, metadata={"description": "Null while nobody is known for the ticket."})
    status = fields.String()
    attending = fields.Boolean(metadata={"description": "The best of all registrations of this member says so."})
    checked_in_at = Timestamp("When the person was let in.")
    offer_expires_at = Timestamp("Until when the seat is held that was offered.")
    source = fields.String()
    source_event_id = fields.String()
    source_registration_id = fields.String()
    ticket_type = fields.String(allow_none=True)
    mentoring = fields.List(fields.String(), metadata={"description": "The roles opted into."})
    visibility = fields.String(allow_none=True)
    created_at = Timestamp("When it came in.")
    name = fields.String(allow_none=True, metadata=_FOR_ORGANIZERS)
    email = fields.String(allow_none=True, metadata=_FOR_ORGANIZERS)
    buyer_email = fields.String(allow_none=True, metadata=_FOR_ORGANIZERS)
    organization = fields.String(allow_none=True, metadata=_FOR_ORGANIZERS)


def shown(registrations: Sequence[Registration], session: ClientSession | None = None) -> list[dict[str, Any]]:
    """As RegistrationSchema dumps them, for the caller in hand; all are of one event."""
    audit.shows(each.member_id for each in registrations)
    return shown_to(registrations, store(), staff=is_staff(), session=session)


def shown_to(
    registrations: Sequence[Registration], kept: Store, *, staff: bool, session: ClientSession | None = None
) -> list[dict[str, Any]]:
    """The same where no request is in hand any more, as while its answer is being sent."""
    if not registrations:
        return []
    tenant, event_id = registrations[0].tenant, registrations[0].event_id
    members = {each.member_id for each in registrations if each.member_id is not None}
    attending = kept.attendance.attending(tenant, event_id, members, session)
    names = kept.people.names(tenant, members, session) if staff else None
    return [_shown(each, attending) | _person(each, names) for each in registrations]


def _shown(registration: Registration, attending: frozenset[str]) -> dict[str, Any]:
    """A person who is nobody's member yet attends by this registration alone."""
    known = registration.member_id is not None
    view: dict[str, Any] = {
        "id": registration.id,
        "event_id": registration.event_id,
        "member_id": registration.member_id,
        "status": registration.status.value,
        "attending": registration.member_id in attending if known else registration.confirmed,
        "checked_in_at": registration.checked_in_at,
        "offer_expires_at": registration.offer_expires_at if registration.status is Status.OFFERED else None,
        "ticket_type": registration.ticket_type,
        "mentoring": registration.mentoring,
        "visibility": registration.visibility,
        "created_at": registration.created_at,
    }
    if registration.origin is not None:
        view |= {
            "source": registration.origin.source,
            "source_event_id": registration.origin.source_event_id,
            "source_registration_id": registration.origin.source_registration_id,
        }
    return view


def _person(registration: Registration, names: dict[str, str] | None) -> dict[str, Any]:
    if names is None:
        return {}
    attendee = registration.attendee
    return {
        "name": names.get(registration.member_id or "") or attendee.name,
        "email": attendee.email,
        "buyer_email": attendee.buyer_email,
        "organization": attendee.organization,
    }
