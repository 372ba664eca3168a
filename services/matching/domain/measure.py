"""What a report leads to: a warning, a suspension, a removal, and the one appeal against it."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from shared.errors import Conflict
from shared.transitions import Machine


class MeasureKind(StrEnum):
    """The ladder of conduct; all but the lowest step bar a member from what is new and let rest what lives."""

    WARNING = "warning"
    SUSPENSION = "suspension"
    REMOVAL = "removal"


BARRING = (MeasureKind.SUSPENSION, MeasureKind.REMOVAL)


class MeasureState(StrEnum):
    """Where a measure stands."""

    IN_FORCE = "in_force"
    LIFTED = "lifted"
    OVER = "over"


_IN_FORCE = MeasureState.IN_FORCE

MEASURE = Machine(
    "measure",
    {
        "appeal": {_IN_FORCE: _IN_FORCE},
        "uphold": {_IN_FORCE: _IN_FORCE},
        "lift": {_IN_FORCE: MeasureState.LIFTED},
        "end": {_IN_FORCE: MeasureState.OVER},
    },
)


class Outcome(StrEnum):
    """What became of an appeal."""

    UPHELD = "upheld"
    LIFTED = "lifted"


class AppealedBefore(Conflict):
    """A measure is appealed against once."""

    def __init__(self) -> None:
        super().__init__("An appeal against this measure was made already.")


class NoAppeal(Conflict):
    """There is nothing to decide on."""

    def __init__(self) -> None:
        super().__init__("No appeal against this measure waits for a decision.")


@dataclass(frozen=True, slots=True)
class Appeal:
    """What the member says against it, and what became of that."""

    text: str
    at: datetime
    outcome: Outcome | None = None


@dataclass(frozen=True, slots=True)
class Measure:
    """`until` is when a suspension ends by itself, None where it is open; `category` is that of the report.

    `made_of` is the id of the member that it was decided on, `member_id` who that is now.
    """

    id: str
    tenant: str
    version: int
    updated_at: datetime
    report_id: str
    category: str
    member_id: str
    made_of: str
    kind: MeasureKind
    since: datetime
    program_id: str | None = None
    until: datetime | None = None
    due_at: datetime | None = None
    state: MeasureState = MeasureState.IN_FORCE
    appeal: Appeal | None = None
    decided_by: str | None = None

    @property
    def bars(self) -> bool:
        """Whether the member may start nothing new now."""
        return self.kind in BARRING and self.state is _IN_FORCE

    def appealed(self, text: str, now: datetime) -> "Measure":
        """With the member's one appeal. Raises IllegalTransition, AppealedBefore."""
        state = MEASURE.after(self.state, "appeal")
        if self.appeal is not None:
            raise AppealedBefore
        return replace(self, state=state, appeal=Appeal(text, now), updated_at=now)

    def upheld(self, by: str | None, now: datetime) -> "Measure":
        """As it was, in spite of the appeal. Raises IllegalTransition, NoAppeal."""
        state = MEASURE.after(self.state, "uphold")
        if self.appeal is None or self.appeal.outcome is not None:
            raise NoAppeal
        appeal = replace(self.appeal, outcome=Outcome.UPHELD)
        return replace(self, state=state, appeal=appeal, decided_by=by, updated_at=now)

    def lifted(self, by: str | None, now: datetime) -> "Measure":
        """Taken back, on an appeal or without. Raises IllegalTransition."""
        state, appeal = MEASURE.after(self.state, "lift"), self.appeal
        if appeal is not None and appeal.outcome is None:
            appeal = replace(appeal, outcome=Outcome.LIFTED)
        return replace(self, state=state, appeal=appeal, decided_by=by, due_at=None, updated_at=now)

    def ended(self, now: datetime) -> "Measure":
        """Over, since its time is. Raises IllegalTransition."""
        return replace(self, state=MEASURE.after(self.state, "end"), due_at=None, updated_at=now)

    def without_words(self, gone: str, now: datetime) -> "Measure":
        """Without what the member wrote; that there was an appeal, and its outcome, stays."""
        if self.appeal is None or self.appeal.text == gone:
            return self
        return replace(self, appeal=replace(self.appeal, text=gone), updated_at=now)
