"""A member's inbox as it changes: server-sent events."""

from flask import Response, request

from services.notifications.api.context import live
from services.notifications.live.position import Position
from shared.errors import Malformed
from shared.web import Blueprint, member_id, principal, roles
from shared.web.event_stream import CONTENT_TYPE
from shared.web.streams import hand_over

blueprint = Blueprint("inbox stream", __name__, url_prefix="/v1/inbox", description="What happens, as it happens.")

_LAST_EVENT_ID = {
    "name": "Last-Event-ID",
    "in": "header",
    "schema": {"type": "string"},
    "description": "The last `id` that was read, to go on from there: nothing is left out and nothing comes twice.",
}


@blueprint.get("/stream")
@roles("member")
@blueprint.response(200, content_type=CONTENT_TYPE)
@blueprint.doc(parameters=[_LAST_EVENT_ID])
def stream() -> Response:
    """Streams the calling member's inbox as it changes.

    Events: `ready` (first: all that comes from now on, or came since `Last-Event-ID`, is told), `notification` (a new
    item), `read` (an item was read, here or elsewhere), `unread` (how many are unread now), `reset` (nobody knows what
    was missed: read `GET /v1/inbox` anew). The data of items is that of `GET /v1/inbox`, of the others
    `{"unread": 3}`; 100 stands for as many or more.
    """
    return hand_over(live().inlet(principal().tenant, member_id(), _since()))


def _since() -> Position | None:
    given = request.headers.get("Last-Event-ID")
    if not given:
        return None
    try:
        return Position.read(given)
    except ValueError:
        raise Malformed("The Last-Event-ID is not one that this stream gave: leave it out.") from None
