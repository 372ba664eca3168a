"""The last changes of all inboxes, in order, for clients that come back."""

from collections import deque
from collections.abc import Collection, Sequence
from itertools import dropwhile

from services.notifications.live.change import Change
from services.notifications.live.position import Position

MOST = 20_000
_AHEAD_SECONDS = 60
"""A client may have been told by a process that heard of it earlier than this one, but not by so much."""


class Ring:
    """Complete from `floor` to `head`. Beyond `most` changes the oldest go, and the floor rises."""

    def __init__(self, floor: Position, most: int) -> None:
        self.floor = floor
        self.head = floor
        self._changes: deque[Change] = deque()
        self._most = most

    def add(self, change: Change) -> None:
        """The next one; its position is above the head."""
        if len(self._changes) == self._most:
            self.floor = self._changes.popleft().position
        self._changes.append(change)
        self.head = change.position

    def covers(self, position: Position) -> bool:
        """Whether it is known what has changed since."""
        return self.floor <= position and position.seconds <= self.head.seconds + _AHEAD_SECONDS

    def since(self, position: Position, tenant: str, members: Collection[str]) -> Sequence[Change]:
        """What has changed for these members of the tenant above a position that it covers."""
        later = dropwhile(lambda change: change.position <= position, self._changes)
        return [change for change in later if change.tenant == tenant and change.member_id in members]
