"""The steps that a pair sets itself, or its plan sets it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from services.matching.domain.milestone import MILESTONE, MilestoneState
from services.matching.domain.plan_item import PlanItemState
from tests.integration.matching.association import TENANT
from tests.integration.matching.pairing import Pair
from tests.integration.matching.test_plans import planned_pair, template
from tests.integration.matching.walks.paired import WHO, PairedWalk
from tests.integration.matching.walks.walk import Seen, seen

OPEN, COMPLETED, DROPPED = MilestoneState.OPEN, MilestoneState.COMPLETED, MilestoneState.DROPPED
OF_PLAN = {OPEN: PlanItemState.OPEN, COMPLETED: PlanItemState.DONE, DROPPED: PlanItemState.SKIPPED}


class Milestones(PairedWalk):
    """One of the plan, and others."""

    machine = MILESTONE
    beginnings = (OPEN,)
    types = ("milestone.set.v1", "milestone.updated.v1", "milestone.completed.v1")

    def begin(self) -> None:
        super().begin()
        self.words = 0

    def pair(self) -> Pair:
        return planned_pair(self.association, template(self.association)["id"])

    def things(self) -> Mapping[str, Seen]:
        return seen(self.association.store.mentorships.milestones, mentorship_id=self.made.mentorship)

    def tells(self, verb: str, before: Seen, after: Seen) -> Sequence[str]:
        return ("milestone.completed.v1" if verb == "complete" else "milestone.updated.v1",)

    def tells_of_new(self, thing: Seen) -> Sequence[str]:
        return ("milestone.set.v1",)

    @rule(who=WHO)
    def set(self, who: str) -> None:
        self.by(who, "POST", "/milestones", {"title": self._word()}, may=self.pair_may("work"))

    @rule(who=WHO, number=st.integers(0, 3), day=st.integers(1, 28))
    def revise(self, who: str, number: int = 0, day: int = 1) -> None:
        body = {"title": self._word(), "due_on": f"2026-03-{day:02}"}
        identifier, milestone = self._one(number)
        may = milestone.state is OPEN and self.pair_may("work")
        self.by(who, "PATCH", f"/milestones/{identifier}", body, may=may)

    @rule(who=WHO, number=st.integers(0, 3), state=st.sampled_from(MilestoneState), other=st.booleans())
    def bring(self, who: str, state: MilestoneState, number: int = 0, other: bool = False) -> None:
        identifier, milestone = self._one(number)
        body = {"state": state.value} | ({"title": self._word()} if other else {})
        moves = milestone.state is OPEN and self.pair_may("work")
        may = moves if other or state is not milestone.state else True
        self.by(who, "PATCH", f"/milestones/{identifier}", body, may=may)

    def agrees(self, identifier: str, thing: Seen) -> None:
        milestone = thing.whole
        assert (milestone.completed_at is not None) is (thing.state is COMPLETED)
        if milestone.plan_item_id is not None:
            item = self.association.store.plan_items.get(TENANT, milestone.plan_item_id)
            assert (item.state, item.milestone_id) == (OF_PLAN[milestone.state], identifier)
            if milestone.state is OPEN:
                assert item.due_on == milestone.due_on

    @classmethod
    def everywhere(cls) -> Iterator[Callable[[Any], object]]:
        yield lambda steps: (steps.revise("mentor"), steps.bring("mentee", COMPLETED))
        yield lambda steps: (steps.set("mentee"), steps.bring("mentor", DROPPED, 1))
        yield lambda steps: (steps.hold("mentor"), steps.time_passes(8), steps.resume("mentor"))

    def _word(self) -> str:
        self.words += 1
        return f"Word {self.words}"

    def _one(self, number: int) -> tuple[str, Seen]:
        return sorted(self.seen.items())[number % len(self.seen)]
