"""Registrations: of an event under `/v1/events/{id}`, and each by its own id."""

from typing import Any

from flask import Response
from marshmallow import Schema

from services.events.api.context import store
from services.events.api.finding import is_staff, visible_event
from services.events.api.registration_table import COLUMNS, rows
from services.events.api.registration_view import RegistrationSchema, shown
from services.events.commands.check_in import check_in, revert_check_in
from services.events.commands.promote_waiting import accept_offer
from services.events.commands.register_for_event import cancel_registration, register_for_event
from services.events.domain.registration import Registration
from shared.contracts.fields import Choice, Flag, Line, Many, Record
from shared.contracts.vocabulary import ROLES, VISIBILITIES
from shared.errors import Forbidden, NotFound
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
from shared.web.csv_download import csv_download, prefers_csv
from shared.web.csv_upload import CSV

blueprint = Blueprint("registrations", __name__, url_prefix="/v1", description="Who comes to which event.")


class RegisterSchema(Record):
    """What a member says when registering."""

    mentoring = Many("The roles to opt into, for the event's mentoring.", Choice("A role.", ROLES, required=True), 2)
    visibility = Choice("Who may see the member among the participants.", VISIBILITIES)
    waitlist = Flag("Whether to wait for a seat where none is free; else that is a 409. Default: true.")


class DeskSchema(Schema):
    q = Line("A part of a name, an address, a ticket number.", 200)


@blueprint.get("/events/<id:event_id>/registrations")
@roles("organizer", "member")
@blueprint.arguments(DeskSchema, location="query")
@blueprint.response(200, content_type=CSV)
@blueprint.page(RegistrationSchema)
def index(search: dict[str, Any], event_id: str) -> Page[dict[str, Any]] | Response:
    """Lists registrations of an event.

    An organizer sees all and searches them by `q`, a member sees their own. With `Accept: text/csv` an organizer gets
    all of them at once, whatever `limit` and `cursor` say, as a file for spreadsheets: a cell that would be taken for a
    formula has an apostrophe in front. 403 for anybody else.
    """
    event = visible_event(event_id)
    wanted = requested()
    registrations = store().registrations
    text = search.get("q", "").strip()
    if prefers_csv():
        if not is_staff():
            raise Forbidden("The table of all registrations is for the role organizer.")
        audit.shows_everybody()
        return csv_download(("registrations", event.name), COLUMNS, rows(store(), event, text))
    if is_staff():
        members = store().people.matching(event.tenant, text) if text else ()
        found = registrations.at_desk(event.tenant, event.id, text, members, limit=wanted.fetch, after=wanted.after_id)
    else:
        own = {"event_id": event.id, "member_id": member_id()}
        found = registrations.page(event.tenant, own, limit=wanted.fetch, after=wanted.after_id)
    return wanted.page(shown(found), key=_id)


@blueprint.post("/events/<id:event_id>/registrations")
@roles("member")
@blueprint.arguments(RegisterSchema)
@blueprint.response(201, RegistrationSchema)
def register(body: dict[str, Any], event_id: str) -> Any:
    """Registers the calling member for an event.

    Where no seat is free the registration is `waitlisted`: freed seats are offered in the order of joining. 409 where
    the event is not open, over, full for one who does not wait, for groups the member is in none of (the answer names
    them), or the member has a registration made here already.
    """
    registration = register_for_event(
        transaction(),
        store(),
        visible_event(event_id, transaction().session),
        member_id(),
        mentoring=body.get("mentoring") or (),
        visibility=body.get("visibility"),
        waits=body.get("waitlist") is not False,
    )
    return _changed(registration), 201, {"Location": f"/v1/registrations/{registration.id}"}


@blueprint.get("/registrations/<id:registration_id>")
@roles("organizer", "member")
@blueprint.response(200, RegistrationSchema)
def show(registration_id: str) -> Any:
    """Shows a registration: any to organizers, their own to members."""
    found = _own_or_staff(store().registrations.get(principal().tenant, registration_id))
    (view,) = shown([found])
    # Attendance and names move without a new version: the tag is for If-Match, and not compared here.
    return view, 200, {"ETag": f'"{found.version}"'}


@blueprint.delete("/registrations/<id:registration_id>")
@roles("organizer", "member")
@blueprint.response(204)
def cancel(registration_id: str) -> None:
    """Cancels a registration made here: the member's own, or any by an organizer.

    A ticket is cancelled where it was bought: 409. Cancelling again changes nothing.
    """
    registration = _current(registration_id)
    reason = "member" if registration.member_id == principal().member_id else "organizer"
    cancel_registration(transaction(), store(), registration, reason=reason)


@blueprint.post("/registrations/<id:registration_id>/accept-offer")
@roles("member")
@blueprint.response(200, RegistrationSchema)
def accept(registration_id: str) -> dict[str, Any]:
    """Takes the seat that was offered to the calling member.

    409 where none is offered, or the offer ran out and passed on; a second time changes nothing.
    """
    return _changed(accept_offer(transaction(), store(), _own(registration_id)))


@blueprint.put("/registrations/<id:registration_id>/check-in")
@roles("organizer")
@blueprint.response(200, RegistrationSchema)
def put_check_in(registration_id: str) -> dict[str, Any]:
    """Lets a person in.

    409 where the registration is not confirmed; a second time changes nothing.
    """
    return _changed(check_in(transaction(), store(), _current(registration_id)))


@blueprint.delete("/registrations/<id:registration_id>/check-in")
@roles("organizer")
@blueprint.response(200, RegistrationSchema)
def delete_check_in(registration_id: str) -> dict[str, Any]:
    """Takes a check-in back."""
    return _changed(revert_check_in(transaction(), store(), _current(registration_id)))


def _current(registration_id: str) -> Registration:
    current = transaction()
    found = _own_or_staff(store().registrations.get(current.tenant, registration_id, current.session))
    require_match(found.version)
    return found


def _own(registration_id: str) -> Registration:
    found = _current(registration_id)
    if found.member_id != principal().member_id:
        raise NotFound("registration", registration_id)
    return found


def _own_or_staff(registration: Registration) -> Registration:
    own = registration.member_id is not None and registration.member_id == principal().member_id
    if own or is_staff():
        return registration
    raise NotFound("registration", registration.id)


def _changed(registration: Registration) -> dict[str, Any]:
    etag(registration.version)
    (view,) = shown([registration], transaction().session)
    return view


def _id(view: dict[str, Any]) -> str:
    return str(view["id"])
