"""A change of somebody's inbox, as far as it is kept in memory: ids only."""

from dataclasses import dataclass
from enum import StrEnum

from services.notifications.live.position import Position


class Kind(StrEnum):
    """What has happened to a notification; also the name of its event in a stream."""

    NOTIFICATION = "notification"
    READ = "read"


@dataclass(frozen=True, slots=True)
class Change:
    position: Position
    kind: Kind
    tenant: str
    member_id: str
    """Whom it was told to, by the id they had then."""
    notification_id: str


@dataclass(frozen=True, slots=True)
class Resolved:
    """A change, and who its member is now: most are themselves, some were merged into another."""

    change: Change
    survivor_id: str
