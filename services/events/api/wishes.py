"""Whom the calling member would like to meet at an event, and whom not."""

from dataclasses import replace
from typing import Any

from services.events.api.context import store
from services.events.api.finding import visible_event
from services.events.commands.say_wishes import said_by, say_wishes
from services.events.domain.wishes import Wishes
from shared.contracts.fields import Id, Many, Record
from shared.web import Blueprint, etag, member_id, require_match, roles, transaction, unit_of_work

blueprint = Blueprint("wishes", __name__, url_prefix="/v1/events", description="Whom people would like to meet.")


class WishesSchema(Record):
    """What one member said."""

    wishes = Many("Whom they would like to meet, the most wanted first.", Id("A member.", required=True), 200)
    no_thanks = Many(
        "Whom they would rather not meet: final for every schedule, and nobody learns of it.",
        Id("A member.", required=True),
        1000,
    )


@blueprint.put("/<id:event_id>/wishes")
@roles("member")
@blueprint.arguments(WishesSchema)
@blueprint.response(200, WishesSchema)
def put(body: dict[str, Any], event_id: str) -> Wishes:
    """Says whom the calling member would like to meet at the event, and whom not.

    Only the caller ever reads it. Whoever is named in `no_thanks` is never put together with the caller by a schedule,
    and a request of theirs to meet is never told: it runs out. An id of nobody is taken, and does nothing.
    """
    current, own = transaction(), member_id()
    event = visible_event(event_id, current.session)
    before, parts = said_by(store(), event, own, current.now, current.session)
    require_match(before.version)
    said = replace(before, wishes=tuple(body.get("wishes") or ()), no_thanks=tuple(body.get("no_thanks") or ()))
    saved = say_wishes(current, store(), event, said, parts)
    etag(saved.version)
    return saved


@blueprint.get("/<id:event_id>/wishes")
@roles("member")
@blueprint.response(200, WishesSchema)
def show(event_id: str) -> Wishes:
    """Shows what the calling member said, by whatever ids they were known, of who those named are now."""
    shown, _ = said_by(store(), visible_event(event_id), member_id(), unit_of_work().clock.now())
    etag(shown.version)
    return shown
