"""What is told in words: changes become events, each item as `GET /v1/inbox` shows it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import pymongo

from services.notifications.channels.inbox import Inbox
from services.notifications.live.change import Change
from services.notifications.live.position import Position
from services.notifications.store import Store
from shared.web.event_stream import event

_PATIENCE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Standing:
    """How a stream stands: `ready`, nothing was missed; `reset`, nobody knows."""

    name: str
    position: Position


News = Change | Standing


class Telling:
    """Asks the database, so it is called on threads; safe to share between them."""

    def __init__(self, store: Store, inbox: Inbox) -> None:
        self._store = store
        self._inbox = inbox

    def pieces(self, tenant: str, member_id: str, news: Sequence[News]) -> Sequence[bytes]:
        """One for each piece of news, but for what is gone since; then how much is unread now.

        Raises PyMongoError where the database does not answer soon.
        """
        with pymongo.timeout(_PATIENCE_SECONDS):
            known_as = self._store.merges.known_as(tenant, member_id)
            changed = {each.notification_id for each in news if isinstance(each, Change)}
            found = self._store.notifications.told_to(tenant, known_as, changed)
            items = {item.id: item for item in self._inbox.items(tenant, found)}
            unread = {"unread": self._store.notifications.unread(tenant, known_as)}
        told = []
        for each in news:
            if isinstance(each, Standing):
                told.append(event(each.name, unread, str(each.position)))
            elif (item := items.get(each.notification_id)) is not None:
                told.append(event(each.kind, asdict(item), str(each.position)))
        return [*told, event("unread", unread)] if isinstance(news[-1], Change) else told
