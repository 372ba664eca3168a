"""What a plan has for a day, and the tasks by which its owners are told: two doors to the same thing."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from services.matching.domain.mentorship import LIVE
from services.matching.domain.plan_item import PLAN_ITEM, PlanItem, PlanItemState
from services.matching.domain.task import PLAN_ITEM as OF_PLAN
from services.matching.domain.task import TASK, Task, TaskState
from services.matching.domain.template import ItemKind
from tests.integration.matching.association import TENANT
from tests.integration.matching.pairing import Pair
from tests.integration.matching.test_plans import planned_pair, template
from tests.integration.matching.walks.paired import TWO, WHO, PairedWalk
from tests.integration.matching.walks.walk import Seen, seen

OPEN, DONE, SKIPPED = PlanItemState.OPEN, PlanItemState.DONE, PlanItemState.SKIPPED
TASKS = {OPEN: TaskState.OPEN, DONE: TaskState.DONE, SKIPPED: TaskState.DISMISSED}
ITEMS = [
    {"kind": "task", "owner": "mentor", "offset_days": 3, "title": "Propose how to work together"},
    {"kind": "milestone", "owner": "mentee", "offset_days": 9, "title": "First goal written down"},
    {"kind": "tip", "owner": "mentee", "offset_days": 0, "title": "Say what you are working toward"},
    {"kind": "survey", "owner": "mentee", "offset_days": 30, "title": "How is it going?"},
]


class Planned(PairedWalk):
    """A pair with a plan, and all that its owners may say of it by either door."""

    def pair(self) -> Pair:
        self.template = template(self.association, *ITEMS)
        return planned_pair(self.association, self.template["id"])

    def items(self) -> list[PlanItem]:
        return list(self.association.store.plan_items.of(self.mentorship))

    def tasks(self) -> list[Task]:
        found = self.association.store.tasks.page(TENANT, {"mentorship_id": self.made.mentorship}, limit=0)
        return [each for each in found if not each.staff]

    @rule(who=WHO, number=st.integers(0, 3), state=st.sampled_from(PlanItemState))
    def say_of_item(self, who: str, number: int, state: PlanItemState) -> None:
        items = self.items()
        item = items[number % len(items)]
        moves = item.kind is not ItemKind.MILESTONE and self.pair_may("aim")
        may = state is item.state or (moves and OPEN in (state, item.state))
        may = may and item.owner in (who, "both")
        self.by(who, "PATCH", f"/plan/{item.id}", {"state": state.value}, may=may)

    @rule(who=WHO, number=st.integers(0, 4), state=st.sampled_from(TaskState))
    def say_of_task(self, who: str, number: int, state: TaskState) -> None:
        tasks = self.tasks()
        if not tasks:
            return
        task = tasks[number % len(tasks)]
        may = who in TWO and self.people[who] in task.assignee_ids
        may = may and (state is task.state or TaskState.OPEN in (state, task.state))
        item = next((each for each in self.items() if each.task_id == task.id), None)
        if state is not task.state and item is not None and item.kind is not ItemKind.MILESTONE:
            may = may and self.pair_may("aim")
        path = f"/v1/tasks/{task.id}"
        if who == "staff":
            self.staff("PATCH", path, {"state": state.value}, may=False)
        else:
            self.ask(self.people[who], "PATCH", path, {"state": state.value}, may=may)

    @rule(state=st.sampled_from(["completed", "dropped"]))
    def settle_the_milestone(self, state: str) -> None:
        [item] = [each for each in self.items() if each.kind is ItemKind.MILESTONE]
        if item.state is OPEN and self.pair_may("work"):
            self.by("mentee", "PATCH", f"/milestones/{item.milestone_id}", {"state": state}, may=True)

    @rule(days=st.integers(0, 40))
    def change_the_template(self, days: int) -> None:
        """The last but one is on another day, and the last is there no more."""
        items = self.template["items"]
        path, changed = f"/v1/templates/{self.template['id']}", [*items[:2], {**items[2], "offset_days": days}]
        self.staff("PATCH", path, {"items": changed}, may=True)
        self.staff("POST", f"{path}/update-plans", may=True)
        self.work()

    def agrees_of(self, item: PlanItem) -> None:
        """An item, with its day and its task."""
        assert (item.settled_at is None) is (item.state is OPEN)
        if item.state is not OPEN or item.task_id is not None:
            assert item.due_at is None
        elif self.pair_may("aim"):
            assert item.due_at is not None
            assert item.due_at.date().isoformat() == item.due_on
        if item.task_id is None or item.kind is ItemKind.MILESTONE:
            return
        task = self.association.store.tasks.get(TENANT, item.task_id)
        if self.mentorship.state in LIVE:
            assert task.state is TASKS[item.state]


class PlanItems(Planned):
    """As the plan has them."""

    machine = PLAN_ITEM
    beginnings = (OPEN,)

    def things(self) -> Mapping[str, Seen]:
        return seen(self.association.store.plan_items, mentorship_id=self.made.mentorship)

    def agrees(self, identifier: str, thing: Seen) -> None:
        self.agrees_of(thing.whole)

    @classmethod
    def everywhere(cls) -> Iterator[Callable[[Any], object]]:
        for state in (DONE, SKIPPED):
            yield lambda plan, state=state: [plan.say_of_item("mentee", 0, each) for each in (state, OPEN)]  # type: ignore[misc]


class Tasks(Planned):
    """As their owners are told of them, once each."""

    machine = TASK
    beginnings = (TaskState.OPEN,)
    types = ("task.created.v1",)

    def things(self) -> Mapping[str, Seen]:
        return seen(self.association.store.tasks, mentorship_id=self.made.mentorship)

    def tells_of_new(self, thing: Seen) -> tuple[str, ...]:
        return self.types

    def agrees(self, identifier: str, thing: Seen) -> None:
        assert (thing.whole.settled_at is None) is (thing.state is TaskState.OPEN)
        assert thing.whole.settled_by is None or thing.state is not TaskState.OPEN
        for item in self.items():
            if item.task_id == identifier:
                assert thing.whole.kind == OF_PLAN
                self.agrees_of(item)

    @classmethod
    def everywhere(cls) -> Iterator[Callable[[Any], object]]:
        for state in (TaskState.DONE, TaskState.DISMISSED):
            yield lambda plan, state=state: (  # type: ignore[misc]
                plan.time_passes(1),
                *[plan.say_of_task("mentee", 0, each) for each in (state, TaskState.OPEN)],
            )
