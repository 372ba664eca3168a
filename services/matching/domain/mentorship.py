"""A mentor and a mentee working together, from the unsigned agreement to the end."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from services.matching.domain.agreement import Agreement, Terms
from services.matching.domain.transitions import IllegalTransition, Machine
from shared.errors import Conflict, NotFound


class MentorshipState(StrEnum):
    """Where a mentorship stands."""

    AGREEMENT_PENDING = "agreement_pending"
    ACTIVE = "active"
    ON_HOLD = "on_hold"
    COMPLETING = "completing"
    COMPLETED = "completed"
    ENDED_EARLY = "ended_early"


_PENDING, _ACTIVE = MentorshipState.AGREEMENT_PENDING, MentorshipState.ACTIVE
_ON_HOLD, _COMPLETING = MentorshipState.ON_HOLD, MentorshipState.COMPLETING

LIVE = (_PENDING, _ACTIVE, _ON_HOLD, _COMPLETING)

MENTORSHIP = Machine(
    "mentorship",
    {
        "agree": {state: state for state in (_PENDING, _ACTIVE)},
        "activate": {_PENDING: _ACTIVE},
        "hold": {_ACTIVE: _ON_HOLD},
        "resume": {_ON_HOLD: _ACTIVE},
        "wind_down": {_ACTIVE: _COMPLETING},
        "extend": {_ACTIVE: _ACTIVE, _COMPLETING: _ACTIVE},
        "complete": {_COMPLETING: MentorshipState.COMPLETED},
        "end": dict.fromkeys(LIVE, MentorshipState.ENDED_EARLY),
        "work": {state: state for state in (_ACTIVE, _COMPLETING)},
        "thank": {state: state for state in (*LIVE, MentorshipState.COMPLETED, MentorshipState.ENDED_EARLY)},
    },
)


class NoAgreement(Conflict):
    """Nothing to sign: neither side has proposed terms."""

    def __init__(self) -> None:
        super().__init__("There is no agreement to sign yet.")


@dataclass(frozen=True, slots=True)
class Mentorship:
    """One pair. `agreement` is the newest version, `in_force` the newest that both signed."""

    id: str
    tenant: str
    version: int
    updated_at: datetime
    program_id: str
    mentor_id: str
    mentee_id: str
    started_at: datetime
    group_id: str | None = None
    state: MentorshipState = MentorshipState.AGREEMENT_PENDING
    agreement: Agreement | None = None
    in_force: Agreement | None = None
    ended_reason: str | None = None
    ended_by: str | None = None
    ended_at: datetime | None = None

    @property
    def holds_seat(self) -> bool:
        """Whether it counts against the mentor's capacity; the seat is released when this turns false."""
        return self.state in LIVE

    @property
    def parties(self) -> tuple[str, str]:
        """Mentor, then mentee."""
        return (self.mentor_id, self.mentee_id)

    def partner_of(self, member_id: str) -> str:
        """The other one. Raises NotFound for whoever is not of the pair: its existence is theirs alone."""
        if member_id not in self.parties:
            raise NotFound("mentorship", self.id)
        return self.mentee_id if member_id == self.mentor_id else self.mentor_id

    def proposed(self, terms: Terms, by: str, duration_weeks: tuple[int, int], now: datetime) -> "Mentorship":
        """With a next version of the agreement, signed by nobody; what is in force stays so until both sign.

        Raises NotFound, IllegalTransition, Invalid.
        """
        self.partner_of(by)
        MENTORSHIP.after(self.state, "agree")
        terms.check(duration_weeks)
        version = 1 if self.agreement is None else self.agreement.version + 1
        return replace(self, agreement=Agreement(version, terms), updated_at=now)

    def signed(self, version: int, by: str, now: datetime) -> "Mentorship":
        """With this signature; the second one puts the version in force and makes a pending mentorship active.

        Raises NotFound, IllegalTransition, NoAgreement, StaleAgreement.
        """
        self.partner_of(by)
        MENTORSHIP.after(self.state, "agree")
        if self.agreement is None:
            raise NoAgreement
        agreement = self.agreement.signed(by, version)
        if agreement == self.agreement:
            return self
        signed = replace(self, agreement=agreement, updated_at=now)
        if set(agreement.signed_by) != set(self.parties):
            return signed
        activates = MENTORSHIP.allows(self.state, "activate")
        state = MENTORSHIP.after(self.state, "activate") if activates else self.state
        return replace(signed, in_force=agreement, state=state)

    def moved(self, verb: str, now: datetime) -> "Mentorship":
        """After hold, resume, wind_down, extend or complete. Raises IllegalTransition."""
        state = MENTORSHIP.after(self.state, verb)
        ended_at = now if state is MentorshipState.COMPLETED else None
        return replace(self, state=state, ended_at=ended_at, updated_at=now)

    def ended(self, reason: str, by: str, now: datetime) -> "Mentorship":
        """Over before its time, without fault. Raises IllegalTransition."""
        state = MENTORSHIP.after(self.state, "end")
        return replace(self, state=state, ended_reason=reason, ended_by=by, ended_at=now, updated_at=now)

    def require_work(self) -> None:
        """For sessions and milestones. Raises IllegalTransition unless active or completing."""
        if not MENTORSHIP.allows(self.state, "work"):
            raise IllegalTransition("mentorship", self.state, "work")
