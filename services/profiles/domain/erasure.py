"""An erasure: a member is forgotten everywhere, and each service says when it is done."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from shared.contracts.vocabulary import SERVICES


@dataclass(frozen=True, slots=True)
class Acknowledgment:
    """A service has forgotten the member; `counts` says how much there was, by kind."""

    completed_at: datetime
    counts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Erasure:
    """Kept for good: it holds nothing of the member but the id. `merged_ids` had been merged into the member."""

    id: str
    tenant: str
    version: int
    updated_at: datetime
    member_id: str
    requested_at: datetime
    merged_ids: tuple[str, ...] = ()
    services: Mapping[str, Acknowledgment] = field(default_factory=dict)

    @property
    def completed_at(self) -> datetime | None:
        """When the last service was done; None while one is not."""
        if any(name not in self.services for name in SERVICES):
            return None
        return max(each.completed_at for each in self.services.values())

    def acknowledged(self, service: str, acknowledgment: Acknowledgment, now: datetime) -> "Erasure":
        """With this service's word; its first one counts."""
        if service in self.services:
            return self
        return replace(self, services={**self.services, service: acknowledgment}, updated_at=now)
