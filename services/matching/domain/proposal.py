"""A pair that a match run or a coordinator proposes; participants see it only once published."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from services.matching.domain.transitions import Machine


class ProposalState(StrEnum):
    """A dismissed proposal is shown to nobody and carries no penalty."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    DISMISSED = "dismissed"
    PUBLISHED = "published"


_PROPOSED, _APPROVED = ProposalState.PROPOSED, ProposalState.APPROVED

PROPOSAL = Machine(
    "proposal",
    {
        "approve": {_PROPOSED: _APPROVED},
        "dismiss": {_PROPOSED: ProposalState.DISMISSED, _APPROVED: ProposalState.DISMISSED},
        "publish": {_APPROVED: ProposalState.PUBLISHED},
    },
)


@dataclass(frozen=True, slots=True)
class Proposal:
    """`score` and `parts` are in [0, 1]; a part without data is absent. `run_id` None: added by hand."""

    id: str
    tenant: str
    version: int
    updated_at: datetime
    program_id: str
    mentor_id: str
    mentee_id: str
    score: float
    parts: Mapping[str, float]
    reasons: tuple[str, ...]
    run_id: str | None = None
    locked: bool = False
    state: ProposalState = ProposalState.PROPOSED

    def moved(self, verb: str, now: datetime) -> "Proposal":
        """After approve, dismiss or publish. Raises IllegalTransition."""
        return replace(self, state=PROPOSAL.after(self.state, verb), updated_at=now)
