"""Inboxes against the log: each piece of news once for each member that it concerns, and what was read stays read."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from shared.contracts.message_type import PREFIX
from shared.storage import Document
from tests.faults.clients.readers import InboxesRead
from tests.faults.journal import Entry

TOLD: Mapping[str, Sequence[str]] = {
    "registration.confirmed.v1": ("member_id",),
    "registration.waitlisted.v1": ("member_id",),
    "registration.offered.v1": ("member_id",),
    "request.sent.v1": ("mentor_id",),
    "request.accepted.v1": ("mentee_id",),
    "request.declined.v1": ("mentee_id",),
    "request.withdrawn.v1": ("mentor_id",),
    "mentorship.started.v1": ("mentor_id", "mentee_id"),
}
"""Who hears of what, by the field of the message that names them."""


def told_violations(messages: Sequence[Entry], notifications: Sequence[Document], done: InboxesRead) -> Iterator[str]:
    """Everything that somebody was not told, or twice; `messages`: each message once."""
    rows = Counter((each["member_id"], each["message_id"]) for each in notifications)
    for (member, message), count in rows.items():
        if count > 1:
            yield f"{member} was told {count} times of message {message}"
    for entry in messages:
        fields = TOLD.get(entry.message.type.removeprefix(PREFIX), ())
        data = entry.message.data or {}
        for member in {data[field] for field in fields}:
            if not rows[member, entry.message.id]:
                yield f"{member} was not told of {entry}"
    stored = {each["_id"]: each for each in notifications}
    for notification in done.read:
        found = stored.get(notification)
        if found is None or found["read_at"] is None:
            yield f"notification {notification} was acknowledged as read and is {'unread' if found else 'lost'}"
