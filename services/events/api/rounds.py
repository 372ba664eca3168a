"""Speed rounds of an event: asked for, planned by a worker, reviewed, published, planned anew."""

from typing import Any

from flask import Response

from services.events.api.context import store
from services.events.api.finding import is_staff, visible_event
from services.events.api.round_table import columns, rows
from services.events.api.round_view import PersonPlanSchema, RoundsAskedSchema, RoundsSchema, plans_view, series_view
from services.events.commands.cancel_rounds import cancel_rounds
from services.events.commands.create_rounds import create_rounds
from services.events.commands.publish_rounds import publish_rounds
from services.events.commands.replan_rounds import replan_rounds
from services.events.domain.round_series import MOST_NAMED, Change, RoundSeries, Who
from shared.contracts.fields import Flag, Id, Many, Record
from shared.errors import NotFound
from shared.web import Blueprint, Page, audit, etag, member_id, principal, requested, require_match, roles, transaction
from shared.web.csv_download import csv_download, prefers_csv
from shared.web.csv_upload import CSV

blueprint = Blueprint("rounds", __name__, url_prefix="/v1/events", description="Speed rounds: everybody meets several.")


class ReplanSchema(Record):
    """What is to be known of people from the next round on."""

    gone_ids = Many("Who is not there any more.", Id("A member.", required=True), MOST_NAMED)
    late_ids = Many("Who is there now, and was not planned or was gone.", Id("A member.", required=True), MOST_NAMED)
    check_ins = Flag("Whether who is not checked in is gone, and who is checked in by now takes part.", nullable=False)


@blueprint.post("/<id:event_id>/rounds")
@roles("organizer")
@blueprint.arguments(RoundsAskedSchema)
@blueprint.response(202, RoundsSchema)
def create(body: dict[str, Any], event_id: str) -> Any:
    """Asks for speed rounds.

    A worker plans them: nobody meets somebody twice while that is possible, pairs who are kept apart never meet, and
    byes are spread. `progress` says how far it is; when it is `ready`, look at `summary` and at the plan, and publish.
    From now on the rounds hold the time of those who take part: who has a meeting then is left out of them.
    422 where they would not lie in the event, 409 where they overlap other rounds of it.
    """
    event = visible_event(event_id, transaction().session)
    series = create_rounds(transaction(), store(), event, _fields(body))
    etag(series.version)
    headers = {"Location": f"/v1/events/{event.id}/rounds/{series.id}"}
    return series_view(series, staff=True), 202, headers


@blueprint.get("/<id:event_id>/rounds")
@roles("organizer", "member")
@blueprint.page(RoundsSchema)
def index(event_id: str) -> Page[dict[str, Any]]:
    """Lists the speed rounds of an event: all to organizers, those that are published to members."""
    event, wanted, staff = visible_event(event_id), requested(), is_staff()
    found = store().round_series.of_event(
        event.tenant, event.id, published=not staff, limit=wanted.fetch, after=wanted.after_id
    )
    return wanted.page([series_view(each, staff=staff) for each in found], key=lambda view: str(view["id"]))


@blueprint.get("/<id:event_id>/rounds/<id:series_id>")
@roles("organizer", "member")
@blueprint.response(200, RoundsSchema)
def show(event_id: str, series_id: str) -> dict[str, Any]:
    """Shows a series of speed rounds."""
    series = _visible(event_id, series_id)
    etag(series.version)
    return series_view(series, staff=is_staff())


@blueprint.get("/<id:event_id>/rounds/<id:series_id>/plan")
@roles("organizer", "member")
@blueprint.response(200, content_type=CSV)
@blueprint.page(PersonPlanSchema)
def plan(event_id: str, series_id: str) -> Page[dict[str, Any]] | Response:
    """Shows who sits where: everybody's plan to organizers, their own to members.

    With `Accept: text/csv` an organizer gets all of it at once, a row a person and a column a round. Empty while there
    is no plan yet, and for who does not take part.
    """
    series, wanted = _visible(event_id, series_id), requested()
    if not is_staff():
        known_as = store().merges.known_as(series.tenant, member_id())
        own = store().round_places.of(series, known_as)
        return wanted.page(plans_view(store(), series, own, staff=False), key=_member)
    if prefers_csv():
        audit.shows_everybody()
        return csv_download(("rounds", series.name), columns(series), rows(store(), series))
    places = store().round_places.page(series, limit=wanted.fetch, after=wanted.after_id)
    page = wanted.page(places, key=lambda place: place.member_id)
    audit.shows(each.member_id for each in page.items)
    return Page(plans_view(store(), series, page.items, staff=True), page.next)


@blueprint.post("/<id:event_id>/rounds/<id:series_id>/publish")
@roles("organizer")
@blueprint.response(200, RoundsSchema)
def publish(event_id: str, series_id: str) -> dict[str, Any]:
    """Publishes a plan that is ready, and tells everybody who takes part and still comes.

    409 while it is being planned, and once its first round has begun.
    """
    return _changed(publish_rounds(transaction(), store(), current_series(event_id, series_id)))


@blueprint.post("/<id:event_id>/rounds/<id:series_id>/replan")
@roles("organizer")
@blueprint.arguments(ReplanSchema)
@blueprint.response(202, RoundsSchema)
def replan(body: dict[str, Any], event_id: str, series_id: str) -> Any:
    """Has the rounds planned anew.

    Of a published plan only the rounds change that have not begun by then, as the clock says; people are told again
    only if theirs changed. Before its publication a plan is made from the beginning, with whoever takes part by now,
    and nobody can be named. 409 where all rounds have begun.
    """
    change = Change(
        gone=tuple(dict.fromkeys(body.get("gone_ids") or ())),
        late=tuple(dict.fromkeys(body.get("late_ids") or ())),
        check_ins=body.get("check_ins") or False,
    )
    return _changed(replan_rounds(transaction(), store(), current_series(event_id, series_id), change)), 202


@blueprint.post("/<id:event_id>/rounds/<id:series_id>/cancel")
@roles("organizer")
@blueprint.response(200, RoundsSchema)
def cancel(event_id: str, series_id: str) -> dict[str, Any]:
    """Calls the rounds off; the time of those who take part is free again soon after. A second time changes nothing."""
    return _changed(cancel_rounds(transaction(), store(), current_series(event_id, series_id)))


def _visible(event_id: str, series_id: str) -> RoundSeries:
    """Raises NotFound, for members also where it is not published."""
    event = visible_event(event_id)
    found = store().round_series.get(principal().tenant, series_id)
    if found.event_id != event.id or not (is_staff() or found.out):
        raise NotFound("series of rounds", series_id)
    return found


def current_series(event_id: str, series_id: str) -> RoundSeries:
    """The series that the request in hand changes. Raises NotFound, and PreconditionFailed by `If-Match`."""
    current = transaction()
    event = visible_event(event_id, current.session)
    found = store().round_series.get(current.tenant, series_id, current.session)
    if found.event_id != event.id:
        raise NotFound("series of rounds", series_id)
    require_match(found.version)
    return found


def _changed(series: RoundSeries) -> dict[str, Any]:
    etag(series.version)
    return series_view(series, staff=True)


def _member(view: dict[str, Any]) -> str:
    return str(view["member_id"])


def _fields(body: dict[str, Any]) -> dict[str, Any]:
    """The body in the domain's types; null lists are empty ones."""
    typed: dict[str, Any] = {"name": "Speed rounds"} | body
    if "who" in body:
        typed["who"] = Who(body["who"])
    for name in ("tables", "may_meet", "forbidden"):
        if name in body:
            typed[name] = tuple(each if isinstance(each, str) else tuple(each) for each in body[name] or ())
    return typed
