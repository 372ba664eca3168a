"""What the views of this service work with."""

from dataclasses import dataclass
from typing import cast

from flask import current_app

from services.notifications.channels.inbox import Inbox
from services.notifications.rendering.words import Wording
from services.notifications.store import Store

EXTENSION = "notifications"


@dataclass(frozen=True, slots=True)
class Context:
    """What the composition root hands to the views."""

    store: Store
    inbox: Inbox
    wording: Wording


def store() -> Store:
    """This service's collections."""
    return _context().store


def inbox() -> Inbox:
    """Notifications in words."""
    return _context().inbox


def wording() -> Wording:
    """The languages there are."""
    return _context().wording


def _context() -> Context:
    return cast(Context, current_app.extensions[EXTENSION])
