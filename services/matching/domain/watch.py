"""The eye kept on one mentorship: how it was doing at the last look, who was nudged since, when to look again."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import IntEnum

from services.matching.domain.health import NEW, PAST_ITS_END, Health, HealthState, health, health_due_at
from services.matching.domain.mentorship import Mentorship
from services.matching.domain.program import Settings
from shared.ids import derived_id


class Step(IntEnum):
    """How far the ladder is climbed, by numbers that `nudge.due` tells."""

    NONE = 0
    MENTEE = 1
    BOTH = 2
    COORDINATOR = 3


def watch_id(mentorship_id: str) -> str:
    """The watch's own, as its messages are numbered by it and not by the mentorship."""
    return derived_id(mentorship_id, "watch")


@dataclass(frozen=True, slots=True)
class Watch:
    """One mentorship. `state` and `rule` are None while there is nothing to look after, since `since`.

    `told` is what coordinators heard last, a new mentorship going without saying. `step` is the last one taken in this
    spell of trouble, which began with both last met at `met_at`; `next_step_at` is when the next comes. `due_at` is
    when a worker must look again.
    """

    id: str
    tenant: str
    version: int
    updated_at: datetime
    mentorship_id: str
    program_id: str
    state: HealthState | None = None
    rule: str | None = None
    since: datetime | None = None
    told: Health = NEW
    step: Step = Step.NONE
    next_step_at: datetime | None = None
    met_at: datetime | None = None
    due_at: datetime | None = None

    @property
    def health(self) -> Health | None:
        """As it was found."""
        return None if self.state is None or self.rule is None else Health(self.state, self.rule)

    def after_a_look(self, mentorship: Mentorship, settings: Settings, now: datetime) -> "Watch":
        """As it is now, one step further on the ladder where that is due, and due again when anything can change."""
        found = health(mentorship, settings, now)
        looked = self._climbed(found, mentorship.last_contact_at, settings, now)
        moments = (health_due_at(mentorship, settings, now), looked.next_step_at)
        return replace(
            looked,
            state=None if found is None else found.state,
            rule=None if found is None else found.rule,
            since=now if found != self.health or self.since is None else self.since,
            told=found or self.told,
            due_at=min((moment for moment in moments if moment is not None), default=None),
            updated_at=now,
        )

    def _climbed(
        self, found: Health | None, last_contact_at: datetime | None, settings: Settings, now: datetime
    ) -> "Watch":
        """Each step once in a spell of trouble, which ends when all is well, when it rests, and when they meet.

        What is past its end is not mended by meeting: it goes on as the same spell until it is completed or extended.
        """
        if found is None or found.is_well:
            return replace(self, step=Step.NONE, next_step_at=None, met_at=None)
        if self.step is Step.NONE or (self._precedes(last_contact_at) and found.rule != PAST_ITS_END):
            return self._at(Step.MENTEE, now + timedelta(days=settings.nudge_both_days), last_contact_at)
        if self.next_step_at is None or self.next_step_at > now:
            return self
        if self.step is Step.MENTEE:
            return self._at(Step.BOTH, now + timedelta(days=settings.nudge_coordinator_days), self.met_at)
        return self._at(Step.COORDINATOR, None, self.met_at)

    def _at(self, step: Step, next_step_at: datetime | None, met_at: datetime | None) -> "Watch":
        return replace(self, step=step, next_step_at=next_step_at, met_at=met_at)

    def has_climbed_from(self, before: "Watch") -> bool:
        """Whether this look took a step: the next one, or the first of another spell."""
        return self.step is not Step.NONE and self._place != before._place

    @property
    def _place(self) -> tuple[Step, datetime | None, datetime | None]:
        return (self.step, self.next_step_at, self.met_at)

    def _precedes(self, last_contact_at: datetime | None) -> bool:
        """Whether they have met since this spell began; what is contested later brings no nudge."""
        return last_contact_at is not None and (self.met_at is None or last_contact_at > self.met_at)
