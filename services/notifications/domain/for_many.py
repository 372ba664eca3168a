"""News that is the same for many: made once, and addressed to each of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.notifications.domain.notification import Notification


@dataclass(frozen=True, slots=True)
class Addressee:
    """What one person's notification has of its own: its id, whose it is, and what it is told once by."""

    id: str
    member_id: str
    once: str


@dataclass(frozen=True, slots=True)
class ForMany:
    """`notification` is what the first of them is told; the others are told the same."""

    notification: Notification
    addressees: Sequence[Addressee]
