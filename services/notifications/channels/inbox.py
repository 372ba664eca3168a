"""The inbox: notifications as the portal shows them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.notifications.domain.notification import Notification
from services.notifications.rendering.links import Links
from services.notifications.rendering.words import Wording
from services.notifications.store import Store


@dataclass(frozen=True, slots=True)
class InboxItem:
    """One notification in words, in plain text."""

    id: str
    type: str
    title: str
    body: str
    link: str
    created_at: datetime
    read_at: datetime | None


class Inbox:
    """Puts notifications into words when they are looked at. One for a process; safe to share between threads."""

    def __init__(self, store: Store, wording: Wording, links: Links) -> None:
        self._store = store
        self._wording = wording
        self._links = links

    def items(self, tenant: str, notifications: Sequence[Notification]) -> Sequence[InboxItem]:
        """The items, in the order given."""
        known = self._store.known(tenant, notifications)
        items = []
        for notification in notifications:
            words = self._wording.words(notification, known)
            items.append(
                InboxItem(
                    id=notification.id,
                    type=notification.type,
                    title=words.title,
                    body=words.body,
                    link=self._links.to(notification),
                    created_at=notification.created_at,
                    read_at=notification.read_at,
                )
            )
        return items
