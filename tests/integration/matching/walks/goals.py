"""What a pair works toward."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from services.matching.commands.rate import CLOSING_RATING
from services.matching.domain.agreement import MOST_GOALS
from services.matching.domain.enrollment import Role
from services.matching.domain.goal import GOAL, GoalState
from services.matching.domain.rating import Moment
from tests.integration.matching.association import TENANT
from tests.integration.matching.pairing import TERMS
from tests.integration.matching.walks.paired import ONE, WHO, PairedWalk
from tests.integration.matching.walks.walk import Seen, seen

OPEN, ACHIEVED, DROPPED = GoalState.OPEN, GoalState.ACHIEVED, GoalState.DROPPED


class Goals(PairedWalk):
    """Of an agreement, or set by one of the two: nobody else is told of them."""

    machine = GOAL
    beginnings = (OPEN,)

    def begin(self) -> None:
        super().begin()
        self.words = 0

    def things(self) -> Mapping[str, Seen]:
        return seen(self.association.store.goals, mentorship_id=self.made.mentorship)

    @rule(who=WHO)
    def set(self, who: str) -> None:
        few = sum(each.state is OPEN for each in self.seen.values()) < MOST_GOALS
        self.by(who, "POST", "/goals", {"statement": self._word()}, may=few and self.pair_may("aim"))

    @rule(who=WHO, number=st.integers(0, 3))
    def revise(self, who: str, number: int = 0) -> None:
        identifier, goal = self._one(number)
        may = goal.state is OPEN and self.pair_may("aim")
        self.by(who, "PATCH", f"/goals/{identifier}", {"measure": self._word()}, may=may)

    @rule(who=WHO, number=st.integers(0, 3))
    def progress(self, who: str, number: int = 0) -> None:
        identifier, goal = self._one(number)
        may = goal.state is OPEN and self.pair_may("work")
        self.by(who, "POST", f"/goals/{identifier}/progress", {"text": self._word()}, may=may)

    @rule(who=WHO, number=st.integers(0, 3), state=st.sampled_from(GoalState))
    def bring(self, who: str, state: GoalState, number: int = 0) -> None:
        identifier, goal = self._one(number)
        may = state is goal.state or (goal.state is OPEN and self.pair_may("aim"))
        self.by(who, "PATCH", f"/goals/{identifier}", {"state": state.value}, may=may)

    @rule(who=ONE)
    def agree_on_another(self, who: str) -> None:
        if not self.pair_may("agree"):
            return
        terms = {**TERMS, "goals": [self._word()]}
        version = self.by(who, "PUT", "/agreement", terms, may=True)["agreement"]["version"]
        for each in ("mentor", "mentee"):
            self.by(each, "POST", "/agreement/sign", {"version": version}, may=True)

    @rule(number=st.integers(0, 3), level=st.integers(1, 5))
    def rate_the_end(self, number: int, level: int) -> None:
        body = {"goal_id": self._one(number)[0], "moment": "end", "level": level}
        self.made.call(self.made.mentee, "POST", "/ratings", body)
        self.settle(changed=False)

    def agrees(self, identifier: str, thing: Seen) -> None:
        assert (thing.whole.closed_at is None) is (thing.state is OPEN)
        assert thing.whole.words_by in ("mentor", "mentee")

    @invariant()
    def who_is_asked_how_far_they_are_has_a_goal_to_say_it_of(self) -> None:
        store, pair = self.association.store, {"mentorship_id": self.made.mentorship}
        asked = store.tasks.find_where(TENANT, {**pair, "kind": CLOSING_RATING, "state": "open"})
        goals = [each.whole for each in self.seen.values() if each.state is not DROPPED]
        rated = store.ratings.said_by(TENANT, goals, Role.MENTEE)
        assert asked is None or any((each.id, Moment.END) not in rated for each in goals)

    @classmethod
    def everywhere(cls) -> Iterator[Callable[[Any], object]]:
        yield lambda goals: (goals.revise("mentor"), goals.progress("mentee"), goals.bring("mentee", ACHIEVED))
        yield lambda goals: goals.bring("mentor", DROPPED)
        yield lambda goals: goals.agree_on_another("mentor")

    def _word(self) -> str:
        self.words += 1
        return f"Word {self.words}"

    def _one(self, number: int) -> tuple[str, Seen]:
        return sorted(self.seen.items())[number % len(self.seen)]
