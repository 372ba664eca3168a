"""Whatever is done to the things of each state machine, by whomever and in whatever order: they keep to its table."""

from typing import Any

import pytest

from cli.state_diagrams import machines
from services.matching import domain
from shared.transitions import Machine
from tests.integration.matching.association import Association
from tests.integration.matching.walks.actions import Actions
from tests.integration.matching.walks.conduct import Measures, Reports
from tests.integration.matching.walks.enrollments import Enrollments
from tests.integration.matching.walks.goals import Goals
from tests.integration.matching.walks.introductions import Introductions
from tests.integration.matching.walks.match_runs import MatchRuns, Proposals
from tests.integration.matching.walks.milestones import Milestones
from tests.integration.matching.walks.plans import PlanItems, Tasks
from tests.integration.matching.walks.programs import Programs
from tests.integration.matching.walks.surveys import Surveys
from tests.integration.matching.walks.walk import Step, Walk, walk

WALKS: tuple[type[Walk], ...] = (
    Actions,
    Enrollments,
    Goals,
    Introductions,
    MatchRuns,
    Measures,
    Milestones,
    PlanItems,
    Programs,
    Proposals,
    Reports,
    Surveys,
    Tasks,
)

ELSEWHERE = {"request": "test_every_step_of_asking", "mentorship": "test_every_path", "session": "test_session_machine"}
"""What is walked in a way of its own."""


@pytest.fixture
def allowed(monkeypatch: pytest.MonkeyPatch) -> list[Step]:
    """What any table allows from now on, in order."""
    steps: list[Step] = []
    after = Machine.after

    def noted(machine: Machine[Any], state: Any, verb: str) -> Any:
        reached = after(machine, state, verb)
        steps.append(Step(machine.kind, verb, state))
        return reached

    monkeypatch.setattr(Machine, "after", noted)
    return steps


@pytest.mark.parametrize("kind", WALKS, ids=lambda kind: kind.machine.kind)
def test_no_way_leaves_the_table_and_each_step_is_told_once(
    association: Association, allowed: list[Step], kind: type[Walk]
) -> None:
    kind.association, kind.allowed, kind.walked = association, allowed, set()
    walk(kind)


def test_every_machine_is_walked() -> None:
    assert {each.machine.kind for each in WALKS} | ELSEWHERE.keys() == {each.kind for each in machines(domain)}
