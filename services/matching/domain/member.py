"""What matching keeps of a member, from the members topic: the index that candidates come from."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from services.matching.domain.stated_goal import StatedGoal
from shared.contracts.sign_in import SignIn


class Side(StrEnum):
    """Whether a skill is given or wanted."""

    OFFERS = "offers"
    SEEKS = "seeks"


class Day(StrEnum):
    """A day of the week, in the order of the week."""

    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"


class Membership(StrEnum):
    """Lapsed and suspended members keep what lives and start nothing new."""

    ACTIVE = "active"
    GRACE = "grace"
    LAPSED = "lapsed"
    SUSPENDED = "suspended"

    @property
    def may_start_something(self) -> bool:
        """Whether it lets a member enroll, ask and accept."""
        return self in (Membership.ACTIVE, Membership.GRACE)


@dataclass(frozen=True, slots=True)
class Skill:
    """A skill by free label or taxonomy id; `level` 1-5 is the level offered or the level sought."""

    label: str
    side: Side
    level: int | None = None
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Language:
    """`level` 1 basic … 5 native."""

    code: str
    level: int


@dataclass(frozen=True, slots=True)
class Window:
    """A weekly time of availability in the member's local wall time, `HH:MM`; `24:00` ends a day.

    One whose end is not after its start runs on into the next day.
    """

    day: Day
    start: str
    end: str


@dataclass(frozen=True, slots=True)
class Member:
    """One member as candidates are chosen; `version` is that of the message it came from.

    `verified` names the fields that are as the association's own system has them. `membership` is `suspended` while a
    measure of conduct bars them; `told_membership` is then what profiles told.
    """

    id: str
    tenant: str
    version: int
    updated_at: datetime
    name: str = ""
    organization: str | None = None
    industry: str | None = None
    seniority: int | None = None
    time_zone: str | None = None
    groups: tuple[str, ...] = ()
    languages: tuple[Language, ...] = ()
    skills: tuple[Skill, ...] = ()
    goals: tuple[str, ...] = ()
    detailed_goals: tuple[StatedGoal, ...] = ()
    """Those of the goals that say more than their text."""
    goal_themes: tuple[str, ...] = ()
    skill_themes: tuple[str, ...] = ()
    """What the goals, and the labels of what is offered, are about, where a model is installed that finds it."""
    availability: tuple[Window, ...] = ()
    frequency: str | None = None
    format: str | None = None
    membership: Membership = Membership.ACTIVE
    told_membership: Membership | None = None
    verified: tuple[str, ...] = ()
    visibility: Mapping[str, str] = field(default_factory=dict)
    sign_ins: tuple[SignIn, ...] = ()

    def is_in(self, groups: Collection[str]) -> bool:
        """Whether the member belongs to one of these groups."""
        return not set(groups).isdisjoint(self.groups)

    def barred(self) -> "Member":
        """The member while a measure of conduct bars them."""
        return replace(self, membership=Membership.SUSPENDED, told_membership=self.membership)

    @property
    def stated_goals(self) -> tuple[StatedGoal, ...]:
        """All goals, with what is known of each."""
        detailed = {goal.text: goal for goal in self.detailed_goals}
        return tuple(detailed.get(text) or StatedGoal(text) for text in self.goals)

    @property
    def may_start_something(self) -> bool:
        """Whether this member may enroll, ask and accept."""
        return self.membership.may_start_something
