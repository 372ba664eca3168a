"""A program: one object is one cycle, with its rules, its weights and its settings."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from itertools import pairwise

from services.matching.domain.parts import Weights
from shared.errors import Fault, Invalid
from shared.ids import derived_id
from shared.transitions import Machine

MINUTES_PER_WEEK = 7 * 24 * 60
FEWEST_RATINGS = 3


class ProgramState(StrEnum):
    """Where the cycle stands."""

    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"
    RUNNING = "running"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


_UNFINISHED = (ProgramState.DRAFT, ProgramState.OPEN, ProgramState.CLOSED, ProgramState.RUNNING)

PROGRAM: Machine[ProgramState] = Machine(
    "program",
    {
        "open": {ProgramState.DRAFT: ProgramState.OPEN},
        "close": {ProgramState.OPEN: ProgramState.CLOSED},
        "start": {ProgramState.CLOSED: ProgramState.RUNNING},
        "complete": {ProgramState.RUNNING: ProgramState.COMPLETED},
        "cancel": dict.fromkeys(_UNFINISHED, ProgramState.CANCELLED),
        "revise": {state: state for state in _UNFINISHED},
        "enroll": {ProgramState.OPEN: ProgramState.OPEN},
        "match": {state: state for state in _UNFINISHED if state is not ProgramState.DRAFT},
        "share": {state: state for state in _UNFINISHED if state is not ProgramState.DRAFT},
        "request": {state: state for state in (ProgramState.OPEN, ProgramState.RUNNING)},
    },
)


class Kind(StrEnum):
    """What brings people into the program."""

    COHORT = "cohort"
    EVERGREEN = "evergreen"
    EVENT = "event"


class Format(StrEnum):
    """Who sits with whom."""

    ONE_TO_ONE = "one_to_one"
    GROUP = "group"
    PEER = "peer"
    REVERSE = "reverse"
    FLASH = "flash"


def group_of(program_id: str, form: Format, mentor_id: str) -> str | None:
    """What joins all pairs of one mentor of a program whose format is `group`; None in any other."""
    return derived_id(program_id, mentor_id) if form is Format.GROUP else None


class OrganizationRule(StrEnum):
    """Whether partners come from the same organization; the two in the middle only move the score."""

    REQUIRED = "required"
    PREFERRED = "preferred"
    INDIFFERENT = "indifferent"
    AVOIDED = "avoided"
    FORBIDDEN = "forbidden"


@dataclass(frozen=True, slots=True)
class Rules:
    """The hard rules of a program; one left out (None, empty) does not apply.

    `seniority_gap` is the least and the most steps by which the mentor stands above the mentee;
    `not_paired_in_cycles` how many earlier cycles of the series must not have paired the two.
    """

    organization: OrganizationRule | None = None
    shared_language_level: int | None = None
    overlap_minutes: int | None = None
    seniority_gap: tuple[int, int] | None = None
    groups: tuple[str, ...] = ()
    not_paired_in_cycles: int | None = None

    def faults(self) -> list[Fault]:
        """What is wrong with the rules, with pointers below the program's body."""
        found = []
        level = self.shared_language_level
        if level is not None and not 1 <= level <= 5:
            found.append(Fault("/rules/shared_language_level", "Must be from 1 (basic) to 5 (native)."))
        if self.overlap_minutes is not None and not 0 <= self.overlap_minutes <= MINUTES_PER_WEEK:
            found.append(Fault("/rules/overlap_minutes", f"Must be from 0 to {MINUTES_PER_WEEK} minutes a week."))
        if self.seniority_gap is not None and not -4 <= self.seniority_gap[0] <= self.seniority_gap[1] <= 4:
            found.append(Fault("/rules/seniority_gap", "Must be two steps from -4 to 4, the smaller first."))
        return found


_AT_LEAST_ONE = (
    "flash_days",
    "open_request_limit",
    "request_expiry_days",
    "request_reminder_days",
    "flash_expiry_hours",
    "fewest_answers",
    "expired_in_a_row",
    "usual_duration_weeks",
    "no_show_minutes",
    "attendance_hours",
    "feedback_reveal_days",
    "new_days",
    "unsigned_days",
    "missed_in_a_row",
    "nudge_both_days",
    "nudge_coordinator_days",
)


@dataclass(frozen=True, slots=True)
class Settings:
    """The numbers a program may change; days and hours as named."""

    open_request_limit: int = 5
    request_expiry_days: int = 14
    request_reminder_days: int = 7
    flash_expiry_hours: int = 48
    flash_days: int = 14
    """How long a flash mentorship may take to come to its one session."""
    duration_weeks: tuple[int, int] = (1, 104)
    goal_required: bool = True
    """Whether a mentee states a goal before asking a mentor."""
    goal_prompts: tuple[str, ...] = ()
    """Questions that help to state one; those that come with the service where there are none."""
    fewest_answers: int = 3
    """Answers of a mentor from which on it is shown how soon they answer."""
    expired_in_a_row: int = 2
    """Requests that a mentor lets expire, one after the other, before being paused."""
    first_request_days: tuple[int, ...] = (3, 10)
    """Days after the approval at which a mentee is reminded who has asked nobody."""
    usual_duration_weeks: int = 26
    """What a draft of an agreement proposes, within `duration_weeks`."""
    template_id: str | None = None
    """What the plans of its pairs come from."""
    late_cancel_hours: int = 3
    no_show_minutes: int = 10
    attendance_hours: int = 72
    feedback_reveal_days: int = 7
    fewest_ratings: int = 5
    impact_days: tuple[int, int] = (90, 180)
    new_days: int = 14
    unsigned_days: int = 14
    quiet_percent: int = 150
    """Of the agreed pause between sessions, as `at_risk_percent`."""
    at_risk_percent: int = 300
    missed_in_a_row: int = 2
    overdue_days: int = 7
    nudge_both_days: int = 7
    nudge_coordinator_days: int = 14

    def faults(self) -> list[Fault]:
        """What is wrong with the settings, with pointers below the program's body."""
        found = [Fault(f"/settings/{name}", "Must be at least 1.") for name in _AT_LEAST_ONE if getattr(self, name) < 1]
        if self.overdue_days < 0:
            found.append(Fault("/settings/overdue_days", "Must not be negative."))
        if not 100 <= self.quiet_percent <= self.at_risk_percent:
            found.append(Fault("/settings/at_risk_percent", "Must be at least quiet_percent, and that at least 100."))
        if self.late_cancel_hours < 0:
            found.append(Fault("/settings/late_cancel_hours", "Must not be negative."))
        if self.fewest_ratings < FEWEST_RATINGS:
            found.append(
                Fault("/settings/fewest_ratings", f"Must be at least {FEWEST_RATINGS}: fewer tell who it was.")
            )
        if not 1 <= self.impact_days[0] < self.impact_days[1]:
            found.append(Fault("/settings/impact_days", "Must be two numbers of days, the smaller first."))
        if not 1 <= self.duration_weeks[0] <= self.duration_weeks[1]:
            found.append(Fault("/settings/duration_weeks", "Must be two numbers of weeks, the smaller first."))
        days = (0, *self.first_request_days)
        if any(later <= earlier for earlier, later in pairwise(days)):
            found.append(
                Fault("/settings/first_request_days", "Must be days from 1 on, each later than the one before.")
            )
        return found


@dataclass(frozen=True, slots=True)
class Program:
    """One cycle of a program; `series` joins the cycles."""

    id: str
    tenant: str
    version: int
    updated_at: datetime
    name: str
    kind: Kind
    format: Format
    series: str | None = None
    event_id: str | None = None
    state: ProgramState = ProgramState.DRAFT
    rules: Rules = field(default_factory=Rules)
    weights: Weights = field(default_factory=Weights)
    settings: Settings = field(default_factory=Settings)
    coordinator_ids: tuple[str, ...] = ()
    """Staff who are told of its tasks."""
    opened: bool = False
    """Whether it ever was; of one that is cancelled the state does not say so."""

    @property
    def on_the_log(self) -> bool:
        """Whether messages have told of it: of a draft none did, nor of one that was cancelled as a draft."""
        return self.opened or self.state not in (ProgramState.DRAFT, ProgramState.CANCELLED)

    def checked(self) -> "Program":
        """Itself, for use when made or revised. Raises Invalid with every fault there is."""
        faults = [*self.rules.faults(), *self.weights.faults(), *self.settings.faults()]
        if not self.name.strip():
            faults.append(Fault("/name", "Must not be empty."))
        if self.kind is Kind.EVENT and self.event_id is None:
            faults.append(Fault("/event_id", "A program of kind event needs its event."))
        if self.kind is not Kind.EVENT and self.event_id is not None:
            faults.append(Fault("/event_id", "Only a program of kind event has one."))
        if faults:
            raise Invalid(faults)
        return self

    def moved(self, verb: str, now: datetime) -> "Program":
        """After open, close, start, complete or cancel. Raises IllegalTransition."""
        reached = PROGRAM.after(self.state, verb)
        return replace(self, state=reached, updated_at=now, opened=self.opened or verb == "open")

    def revised(
        self,
        now: datetime,
        *,
        name: str | None = None,
        rules: Rules | None = None,
        weights: Weights | None = None,
        settings: Settings | None = None,
        coordinator_ids: Sequence[str] | None = None,
    ) -> "Program":
        """With what is given changed, while not over. Raises IllegalTransition, Invalid."""
        return replace(
            self,
            state=PROGRAM.after(self.state, "revise"),
            updated_at=now,
            name=self.name if name is None else name,
            rules=self.rules if rules is None else rules,
            weights=self.weights if weights is None else weights,
            settings=self.settings if settings is None else settings,
            coordinator_ids=self.coordinator_ids if coordinator_ids is None else tuple(coordinator_ids),
        ).checked()

    def require(self, verb: str) -> None:
        """For what happens inside the program: enroll, match, request. Raises IllegalTransition."""
        PROGRAM.after(self.state, verb)
