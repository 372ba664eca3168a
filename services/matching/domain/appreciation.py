"""Thanks from one of a pair to the other, and word of what has come of it."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from shared.errors import NotFound


class AppreciationKind(StrEnum):
    """`progress`: how somebody has fared since."""

    THANKS = "thanks"
    PROGRESS = "progress"


@dataclass(frozen=True, slots=True)
class Appreciation:
    """`public` says that its author would have it shown, `receiver_agrees` that the receiver would, too.

    Only what both agree to is shown to others.
    """

    id: str
    tenant: str
    version: int
    updated_at: datetime
    mentorship_id: str
    from_id: str
    to_id: str
    text: str
    sent_at: datetime
    public: bool = False
    kind: AppreciationKind = AppreciationKind.THANKS
    receiver_agrees: bool = False
    shown_since: datetime | None = None

    @property
    def is_shown(self) -> bool:
        """Whether both agree that others see it."""
        return self.public and self.receiver_agrees

    def agreed(self, by: str, public: bool, now: datetime) -> "Appreciation":
        """After one of the two said whether it may be shown; what is so already changes nothing.

        Raises NotFound for whoever is neither.
        """
        if by not in (self.from_id, self.to_id):
            raise NotFound("appreciation", self.id)
        said = replace(self, public=public) if by == self.from_id else replace(self, receiver_agrees=public)
        if said == self:
            return self
        return replace(said, shown_since=(self.shown_since or now) if said.is_shown else None, updated_at=now)

    def hidden_for(self, ids: Collection[str]) -> "Appreciation":
        """Without the consent of these people."""
        return replace(
            self,
            public=self.public and self.from_id not in ids,
            receiver_agrees=self.receiver_agrees and self.to_id not in ids,
            shown_since=None if {self.from_id, self.to_id} & set(ids) else self.shown_since,
        )
