"""A pair that a match run or a coordinator proposes; participants see it only once published."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from shared.errors import Conflict
from shared.transitions import Machine


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


class AlreadyProposed(Conflict):
    """One proposal per pair and run."""

    def __init__(self, mentor_id: str, mentee_id: str) -> None:
        super().__init__(f"The run proposes the mentor {mentor_id} for the mentee {mentee_id} already.")
        self.mentor_id = mentor_id
        self.mentee_id = mentee_id


@dataclass(frozen=True, slots=True)
class Proposal:
    """`score` and `parts` are in [0, 1]; a part without data is absent. `reasons` are phrased for a coordinator.

    `mentorship_id` is what it became; `skipped` the code of why it could not, when it was published.
    """

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
    run_id: str
    group_id: str | None = None
    """Joins the pairs of one mentor where the program is one of groups."""
    locked: bool = False
    by_hand: bool = False
    state: ProposalState = ProposalState.PROPOSED
    mentorship_id: str | None = None
    skipped: str | None = None
    mentor_as: str | None = None
    """The member who was proposed, where they were merged into the one who is now."""
    mentee_as: str | None = None

    def published_as(self, mentorship_id: str, now: datetime) -> "Proposal":
        """The two have their mentorship. Raises IllegalTransition."""
        return replace(self.moved("publish", now), mentorship_id=mentorship_id)

    def passed_over(self, reason: str, now: datetime) -> "Proposal":
        """No longer possible when it was to be published. Raises IllegalTransition."""
        return replace(self.moved("dismiss", now), skipped=reason)

    def without_reasons(self) -> "Proposal":
        """As numbers alone: the reasons name what the two have in common."""
        return replace(self, reasons=())

    def moved(self, verb: str, now: datetime) -> "Proposal":
        """After approve, dismiss or publish. Raises IllegalTransition."""
        return replace(self, state=PROPOSAL.after(self.state, verb), updated_at=now)
