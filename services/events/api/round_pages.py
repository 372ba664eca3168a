"""Pages of speed rounds for a screen and a printer, at secret addresses."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from flask import Response, current_app
from marshmallow import Schema, fields, validate
from werkzeug.exceptions import NotFound

from services.events.api.context import PUBLIC_URL, store
from services.events.api.round_view import people_of
from services.events.api.rounds import current_series
from services.events.commands.link_rounds import PRINT, SCREEN, link_rounds, unlink_rounds
from services.events.domain.round_series import RoundSeries, SeriesState
from services.events.pages.on_show import Room, room
from services.events.pages.rendering import page
from services.events.pages.screen import FRESH_SECONDS, TURN_SECONDS, screen
from services.events.pages.sheets import cards, room_plan, slips
from shared.web import Blueprint, public, roles, transaction, unit_of_work

blueprint = Blueprint(
    "round_pages", __name__, url_prefix="/v1", description="Speed rounds on a big screen and on paper."
)

HTML = "text/html"
_A_FEW = validate.Range(1, 20)


class LinksSchema(Schema):
    """Addresses that need no token. They are shown this once: whoever has one sees who sits where."""

    screen = fields.String(metadata={"description": "For the big screen: the round, its clock, who moves where."})
    room_plan = fields.String(metadata={"description": "To print: who sits where, round by round."})
    table_cards = fields.String(metadata={"description": "To print: a card a table."})
    personal_plans = fields.String(metadata={"description": "To print and cut: a plan a person, by the alphabet."})


class ScreenSchema(Schema):
    part = fields.Integer(
        validate=_A_FEW, metadata={"description": "Of several screens beside each other, which one this is."}
    )
    parts = fields.Integer(validate=_A_FEW, metadata={"description": "How many screens share the alphabet."})


@blueprint.post("/events/<id:event_id>/rounds/<id:series_id>/links")
@roles("organizer")
@blueprint.response(201, LinksSchema)
def issue(event_id: str, series_id: str) -> dict[str, str]:
    """Makes the addresses of the pages for the big screen and the printer.

    Those that were made before lead nowhere any more. Names that members hide are shown on none of the pages: such a
    person is a guest with a number, which their own plan tells them.
    """
    made = link_rounds(transaction(), store(), current_series(event_id, series_id))
    start = f"{current_app.extensions[PUBLIC_URL]}/v1/rounds"
    return {"screen": f"{start}/{made[SCREEN]}/screen"} | {
        name: f"{start}/{made[PRINT]}/{name.replace('_', '-')}"
        for name in ("room_plan", "table_cards", "personal_plans")
    }


@blueprint.delete("/events/<id:event_id>/rounds/<id:series_id>/links")
@roles("organizer")
@blueprint.response(204)
def revoke(event_id: str, series_id: str) -> None:
    """Revokes the addresses of the pages, if there are any."""
    unlink_rounds(transaction(), store(), current_series(event_id, series_id))


@blueprint.get("/rounds/<token>/screen")
@public
@blueprint.arguments(ScreenSchema, location="query")
@blueprint.response(200, content_type=HTML)
def on_screen(query: dict[str, Any], token: str) -> Response:
    """Shows the round, the time that is left of it, and who moves where; it renews itself.

    `part` and `parts` divide the alphabet among several screens. 404 for an address that was never given or is revoked.
    """
    series = _series(token, SCREEN)
    parts = query.get("parts") or 1
    shown = screen(_room(series), unit_of_work().clock.now(), min(query.get("part") or 1, parts), parts)
    return page(
        "screen.html.jinja",
        {
            "screen": shown,
            "turn_seconds": TURN_SECONDS,
            "fresh_seconds": FRESH_SECONDS,
            "milliseconds": _milliseconds,
            "place": _place,
            "cancelled": series.state is SeriesState.CANCELLED,
        },
    )


@blueprint.get("/rounds/<token>/room-plan")
@public
@blueprint.response(200, content_type=HTML)
def printed_room_plan(token: str) -> Response:
    """Shows who sits where in each round, to print."""
    return _printed(token, "room_plan.html.jinja", room_plan)


@blueprint.get("/rounds/<token>/table-cards")
@public
@blueprint.response(200, content_type=HTML)
def printed_table_cards(token: str) -> Response:
    """Shows a card for each table, with who sits there in each round, to print."""
    return _printed(token, "table_cards.html.jinja", cards)


@blueprint.get("/rounds/<token>/personal-plans")
@public
@blueprint.response(200, content_type=HTML)
def printed_personal_plans(token: str) -> Response:
    """Shows everybody's own plan by the alphabet, to print and cut."""
    return _printed(token, "personal_plans.html.jinja", slips)


def _printed(token: str, template: str, sheets: Callable[[Room], Iterable[object]]) -> Response:
    shown = _room(_series(token, PRINT))
    return page(template, {"room": shown, "sheets": sheets(shown)})


def _series(token: str, kind: str) -> RoundSeries:
    link = store().round_links.leads_to(token)
    if link is None or link.kind != kind:
        raise NotFound
    return store().round_series.get(link.tenant, link.series_id)


def _room(series: RoundSeries) -> Room:
    event = store().events.get(series.tenant, series.event_id)
    if series.state is SeriesState.CANCELLED:
        return room(event, series, (), {})
    places = list(store().round_places.all(series))
    people = people_of(store(), series.tenant, {each.member_id for each in places}, staff=False)
    return room(event, series, places, {each: name for each, known in people.items() if (name := known["name"])})


def _milliseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def _place(table: str | None) -> str:
    """What stands beside a name."""
    return "\N{EN DASH}" if table is None else table or "break"
