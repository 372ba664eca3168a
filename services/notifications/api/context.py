"""What the views of this service work with."""

from dataclasses import dataclass
from typing import cast

from flask import current_app

from services.notifications.channels.inbox import Inbox
from services.notifications.commands.configure_webhook import WebhookOffice
from services.notifications.domain.tokens import Tokens
from services.notifications.live.live import Live
from services.notifications.rendering.words import Wording
from services.notifications.store import Store
from shared.outgoing.addresses import Reach
from shared.storage.sealing import LateSeal, Seal

EXTENSION = "notifications"


@dataclass(frozen=True, slots=True)
class Context:
    """What the composition root hands to the views."""

    store: Store
    inbox: Inbox
    wording: Wording
    webhooks: WebhookOffice
    tokens: Tokens
    live: Live
    seal: LateSeal
    reach: Reach


def store() -> Store:
    """This service's collections."""
    return _context().store


def inbox() -> Inbox:
    """Notifications in words."""
    return _context().inbox


def webhook_office() -> WebhookOffice:
    """Where webhooks are configured."""
    return _context().webhooks


def wording() -> Wording:
    """The words of every language."""
    return _context().wording


def tokens() -> Tokens:
    """What proves by an address alone whose it is."""
    return _context().tokens


def seal() -> Seal:
    """Keeps secrets. Raises Unavailable naming the variable where there is no key."""
    return _context().seal.seal


def reach() -> Reach:
    """How far requests to addresses that members name may go."""
    return _context().reach


def live() -> Live:
    """Inboxes as they change."""
    return _context().live


def _context() -> Context:
    return cast(Context, current_app.extensions[EXTENSION])
