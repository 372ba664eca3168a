"""A mentor and a mentee working together, from the unsigned agreement to the end."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from services.matching.domain.agreement import Agreement, Terms
from services.matching.domain.enrollment import Role
from shared.errors import Conflict, Fault, Invalid, NotFound
from shared.transitions import IllegalTransition, Machine


class MentorshipState(StrEnum):
    """Where a mentorship stands."""

    AGREEMENT_PENDING = "agreement_pending"
    ACTIVE = "active"
    ON_HOLD = "on_hold"
    COMPLETING = "completing"
    COMPLETED = "completed"
    ENDED_EARLY = "ended_early"


class Origin(StrEnum):
    """How the pair came about."""

    REQUEST = "request"
    MATCH_RUN = "match_run"
    MANUAL = "manual"


_PENDING, _ACTIVE = MentorshipState.AGREEMENT_PENDING, MentorshipState.ACTIVE
_ON_HOLD, _COMPLETING = MentorshipState.ON_HOLD, MentorshipState.COMPLETING

FARTHEST = (_ACTIVE, _COMPLETING, _ON_HOLD, _PENDING)
"""Live states, of a mentorship that has come farther first."""

SUSPENDED = "suspended"
"""The reason of a hold that nobody of the pair and no coordinator asked for: it ends with the suspension."""

BY_STAFF = "coordinator"
"""The reason of a hold that a coordinator asked for: the pair does not lift it."""

REMATCH = "rematch"
"""The reason of an end that is for coordinators alone: others hear of one without fault, of nobody's doing."""

BLOCKED = "blocked"
"""The reason of an end that a block between the two brought about, likewise."""

TOLD_AS_NO_FAULT = (REMATCH, BLOCKED)

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
        "aim": {state: state for state in (_PENDING, _ACTIVE, _COMPLETING)},
        "work": {state: state for state in (_ACTIVE, _COMPLETING)},
        "thank": {state: state for state in (*LIVE, MentorshipState.COMPLETED, MentorshipState.ENDED_EARLY)},
    },
)


class AlreadyPaired(Conflict):
    """One live mentorship for a pair in a program."""

    def __init__(self, mentor_id: str, mentee_id: str) -> None:
        super().__init__(f"{mentor_id} already mentors {mentee_id} in this program.")


class MenteeMatched(Conflict):
    """The mentee has as many mentors as they may have at once."""

    def __init__(self, mentee_id: str) -> None:
        super().__init__(f"The mentee {mentee_id} has found a mentor in this program.")
        self.mentee_id = mentee_id


class PairedBefore(Conflict):
    """The two parted so that one of them could have another partner."""

    def __init__(self, mentor_id: str, mentee_id: str) -> None:
        super().__init__(f"{mentor_id} and {mentee_id} were paired in this program before.")


class HeldByStaff(Conflict):
    """A coordinator has put it on hold, so a coordinator resumes it."""

    def __init__(self, mentorship_id: str) -> None:
        super().__init__(f"A coordinator has put the mentorship {mentorship_id} on hold, and can resume it.")


class NoAgreement(Conflict):
    """Nothing to sign: neither side has proposed terms."""

    def __init__(self) -> None:
        super().__init__("There is no agreement to sign yet.")


class NeedsNoAgreement(Conflict):
    """A flash mentorship is one conversation: it is active at once and ends with the session that was held."""

    def __init__(self) -> None:
        super().__init__("In a flash program a mentorship needs no agreement: propose a session.")


@dataclass(frozen=True, slots=True)
class Extension:
    """A later end that one of the two proposes; `ends_on` is an ISO 8601 date. `task_id`: what the other is to do."""

    ends_on: str
    proposed_by: str
    proposed_at: datetime
    task_id: str | None = None


@dataclass(frozen=True, slots=True)
class Mentorship:
    """One pair. `agreement` is the newest version, `in_force` the newest that both signed.

    `ends_on` is an ISO 8601 date, counted from the activation by what is in force, later by the days it was on hold;
    `due_at` is when a worker must look at it next. `last_contact_at` and `missed_in_a_row` sum up the sessions.
    """

    id: str
    tenant: str
    version: int
    updated_at: datetime
    program_id: str
    mentor_id: str
    mentee_id: str
    started_at: datetime
    group_id: str | None = None
    origin: Origin = Origin.MANUAL
    request_id: str | None = None
    match_run_id: str | None = None
    state: MentorshipState = MentorshipState.AGREEMENT_PENDING
    agreement: Agreement | None = None
    in_force: Agreement | None = None
    activated_at: datetime | None = None
    ends_on: str | None = None
    due_at: datetime | None = None
    hold_reason: str | None = None
    held_at: datetime | None = None
    days_on_hold: int = 0
    """Of all holds that are over."""
    extension: Extension | None = None
    resumed_at: datetime | None = None
    """When it last came off a hold: silence is counted from then at the earliest."""
    last_contact_at: datetime | None = None
    missed_in_a_row: int = 0
    ended_reason: str | None = None
    ended_by: str | None = None
    ended_at: datetime | None = None
    template_id: str | None = None
    """What its plan came from, and as of which revision."""
    plan_revision: int | None = None
    mentor_as: str | None = None
    """The member who was the mentor first, where they were merged into the one who is now."""
    mentee_as: str | None = None

    @property
    def holds_seat(self) -> bool:
        """Whether it counts against the mentor's capacity; the seat is released when this turns false."""
        return self.state in LIVE

    @property
    def held_by_suspension(self) -> bool:
        """Whether it is on hold for no other reason than that one of the two was suspended."""
        return self.state is MentorshipState.ON_HOLD and self.hold_reason == SUSPENDED

    @property
    def parties(self) -> tuple[str, str]:
        """Mentor, then mentee."""
        return (self.mentor_id, self.mentee_id)

    def partner_of(self, member_id: str) -> str:
        """The other one. Raises NotFound for whoever is not of the pair: its existence is theirs alone."""
        if member_id not in self.parties:
            raise NotFound("mentorship", self.id)
        return self.mentee_id if member_id == self.mentor_id else self.mentor_id

    def side_of(self, member_id: str) -> Role:
        """Which of the two this member is. Raises NotFound for whoever is not of the pair."""
        self.partner_of(member_id)
        return Role.MENTOR if member_id == self.mentor_id else Role.MENTEE

    def proposed(self, terms: Terms, by: str, duration_weeks: tuple[int, int], now: datetime) -> "Mentorship":
        """With a next version of the agreement, signed by nobody; what is in force stays so until both sign.

        Raises NotFound, IllegalTransition, Invalid.
        """
        self.partner_of(by)
        MENTORSHIP.after(self.state, "agree")
        terms.check(duration_weeks)
        version = 1 if self.agreement is None else self.agreement.version + 1
        return replace(self, agreement=Agreement(version, terms, by), updated_at=now)

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
        activated_at = self.activated_at or now
        lasts = timedelta(weeks=agreement.terms.duration_weeks, days=self.days_on_hold)
        ends_on = (activated_at + lasts).date().isoformat()
        activates = MENTORSHIP.allows(self.state, "activate")
        state = MENTORSHIP.after(self.state, "activate") if activates else self.state
        # Whoever proposed another end did so before these terms were agreed on.
        return replace(signed, in_force=agreement, activated_at=activated_at, ends_on=ends_on, extension=None)._in(
            state
        )

    def begun(self, days: int, now: datetime) -> "Mentorship":
        """Active without an agreement, for so many days at most: one conversation. Raises IllegalTransition."""
        state = MENTORSHIP.after(self.state, "activate")
        ends_on = (now + timedelta(days=days)).date().isoformat()
        return replace(self, activated_at=now, ends_on=ends_on, updated_at=now)._in(state)

    def moved(self, verb: str, now: datetime) -> "Mentorship":
        """After wind_down or complete. Raises IllegalTransition."""
        state = MENTORSHIP.after(self.state, verb)
        ended_at = now if state is MentorshipState.COMPLETED else None
        return replace(self, ended_at=ended_at, updated_at=now)._in(state)

    def held(self, reason: str, now: datetime) -> "Mentorship":
        """On hold, for a reason code. Raises IllegalTransition."""
        state = MENTORSHIP.after(self.state, "hold")
        return replace(self, hold_reason=reason, held_at=now, updated_at=now)._in(state)

    def resumed(self, now: datetime) -> "Mentorship":
        """Active again, its end as many days later as it was on hold. Raises IllegalTransition."""
        state = MENTORSHIP.after(self.state, "resume")
        # What was put on hold before anybody kept when has the end that it had.
        days = 0 if self.held_at is None else max((now.date() - self.held_at.date()).days, 0)
        return replace(
            self,
            days_on_hold=self.days_on_hold + days,
            ends_on=_later(self.ends_on, days),
            resumed_at=now,
            updated_at=now,
        )._in(state)

    def extended(self, ends_on: date, by: str, longest_weeks: int, now: datetime) -> "Mentorship":
        """With a later end, where the other one has proposed this very day; else with this proposal to the other one.

        From the activation it may last as many weeks as the program allows, and the days on hold. Proposing the same
        again changes nothing. Raises NotFound, IllegalTransition, Invalid.
        """
        self.partner_of(by)
        state = MENTORSHIP.after(self.state, "extend")
        self._check_end(ends_on, longest_weeks, now)
        day = ends_on.isoformat()
        if self.extension is None or self.extension.ends_on != day:
            return replace(self, extension=Extension(day, by, now), updated_at=now)
        if self.extension.proposed_by == by:
            return self
        return replace(self, ends_on=day, extension=None, updated_at=now)._in(state)

    def with_extension(self, extension: Extension, task_id: str) -> "Mentorship":
        """With the task of the one who is to agree to it."""
        return replace(self, extension=replace(extension, task_id=task_id))

    def _check_end(self, ends_on: date, longest_weeks: int, now: datetime) -> None:
        faults = []
        if self.ends_on is not None and ends_on.isoformat() <= self.ends_on:
            faults.append(Fault("/ends_on", f"Must be after {self.ends_on}, when it ends now."))
        if ends_on <= now.date():
            faults.append(Fault("/ends_on", "Must be a day to come."))
        if self.activated_at is not None:
            lasts = timedelta(weeks=longest_weeks, days=self.days_on_hold)
            latest = (self.activated_at + lasts).date()
            if ends_on > latest:
                faults.append(Fault("/ends_on", f"Must be {latest} at the latest in this program."))
        if faults:
            raise Invalid(faults)

    def ended(self, reason: str, by: str | None, now: datetime) -> "Mentorship":
        """Over before its time, without fault. Raises IllegalTransition."""
        state = MENTORSHIP.after(self.state, "end")
        return replace(self, ended_reason=reason, ended_by=by, ended_at=now, updated_at=now)._in(state)

    def having_met(self, last_contact_at: datetime | None, missed_in_a_row: int, now: datetime) -> "Mentorship":
        """With what its sessions come to: when the two last met, and how many they have missed since."""
        return replace(self, last_contact_at=last_contact_at, missed_in_a_row=missed_in_a_row, updated_at=now)

    def signed_by_the_same(self, names: Mapping[str, str], now: datetime) -> "Mentorship":
        """With what the two proposed, signed and ended said of them by the ids they have now; `names` has these."""
        return replace(
            self,
            agreement=None if self.agreement is None else self.agreement.named_anew(names),
            in_force=None if self.in_force is None else self.in_force.named_anew(names),
            ended_by=None if self.ended_by is None else names.get(self.ended_by, self.ended_by),
            extension=None
            if self.extension is None
            else replace(self.extension, proposed_by=names.get(self.extension.proposed_by, self.extension.proposed_by)),
            updated_at=now,
        )

    def planned_by(self, template_id: str, revision: int, now: datetime) -> "Mentorship":
        """With its plan as this revision of the template has it."""
        return replace(self, template_id=template_id, plan_revision=revision, updated_at=now)

    def touched(self, now: datetime) -> "Mentorship":
        """After a change inside it that only its version tells of."""
        return replace(self, updated_at=now)

    def require_aim(self) -> None:
        """For goals: unless it rests or is over. Raises IllegalTransition."""
        MENTORSHIP.after(self.state, "aim")

    def require_work(self) -> None:
        """For sessions and milestones. Raises IllegalTransition unless active or completing."""
        if not MENTORSHIP.allows(self.state, "work"):
            raise IllegalTransition("mentorship", self.state, "work")

    def _in(self, state: MentorshipState) -> "Mentorship":
        """In this state, and due at its end exactly while it is active: on hold nothing ends by itself."""
        due_at = None
        if state is MentorshipState.ACTIVE and self.ends_on is not None:
            due_at = datetime.combine(date.fromisoformat(self.ends_on), time(), UTC)
        held = state is MentorshipState.ON_HOLD
        return replace(
            self,
            state=state,
            due_at=due_at,
            hold_reason=self.hold_reason if held else None,
            held_at=self.held_at if held else None,
            extension=self.extension if state in LIVE else None,
        )


def _later(day: str | None, days: int) -> str | None:
    return None if day is None else (date.fromisoformat(day) + timedelta(days=days)).isoformat()
