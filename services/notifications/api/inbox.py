"""A member's inbox."""

from collections.abc import Sequence
from dataclasses import dataclass

from marshmallow import Schema, fields

from services.notifications.api.context import inbox, store
from services.notifications.channels.inbox import InboxItem
from services.notifications.commands.mark_read import mark_read
from services.notifications.store import MOST_UNREAD
from shared.contracts.fields import Timestamp
from shared.web import Blueprint, etag, member_id, principal, requested, require_match, roles, transaction

blueprint = Blueprint("inbox", __name__, url_prefix="/v1/inbox", description="What happened, for the calling member.")


class InboxItemSchema(Schema):
    id = fields.UUID(required=True, metadata={"description": "The notification."})
    type = fields.String(required=True, metadata={"description": "The type of the message it tells of."})
    title = fields.String(required=True, metadata={"description": "One line, in the member's language."})
    body = fields.String(required=True, metadata={"description": "Plain text; empty lines separate paragraphs."})
    link = fields.String(required=True, metadata={"description": "Where to go from here."})
    created_at = Timestamp("When it was left.", required=True)
    read_at = Timestamp("When it was first read; null: not yet.", required=True, nullable=True)


class InboxSchema(Schema):
    unread = fields.Integer(
        required=True,
        metadata={"description": f"How many of all are not read yet; {MOST_UNREAD}: as many or more."},
    )


@dataclass(frozen=True, slots=True)
class InboxPage:
    """Some of the items, and how many of all are unread."""

    items: Sequence[InboxItem]
    next: str | None
    unread: int


@blueprint.get("")
@roles("member")
@blueprint.page(InboxItemSchema, beside=InboxSchema)
def index() -> InboxPage:
    """Lists the calling member's notifications, newest first.

    Also what was told to members who were merged into this one.
    """
    wanted = requested()
    tenant = principal().tenant
    mine = store().merges.known_as(tenant, member_id())
    found = store().notifications.inbox(tenant, mine, limit=wanted.fetch, before=wanted.after_id)
    page = wanted.page(found, key=lambda notification: notification.id)
    return InboxPage(inbox().items(tenant, page.items), page.next, store().notifications.unread(tenant, mine))


@blueprint.post("/<id:notification_id>/read")
@roles("member")
@blueprint.response(200, InboxItemSchema)
def read(notification_id: str) -> InboxItem:
    """Marks a notification as read; the first time counts."""
    current = transaction()
    mine = store().merges.known_as(current.tenant, member_id(), current.session)
    notification = mark_read(current, store(), mine, notification_id, check_version=require_match)
    etag(notification.version)
    [item] = inbox().items(current.tenant, [notification])
    return item
