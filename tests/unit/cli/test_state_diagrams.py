"""The page of state machines is drawn from the tables."""

import re

from cli.state_diagrams import PAGE, machines, page
from services.matching.domain.request import REQUEST


def test_the_page_is_what_the_tables_say() -> None:
    assert PAGE.read_text("utf-8") == page(), "python -m cli.state_diagrams"


def test_every_step_of_a_machine_is_on_the_page() -> None:
    section = page().split("## Request\n")[1].split("\n## ")[0]
    arrows = re.findall(r"^    (\w+) --> (\w+): (.+)$", section, re.M)
    staying = re.findall(r"^- `(\w+)` while (.+)$", section, re.M)
    drawn = {(state, verb, reached) for state, reached, verbs in arrows for verb in verbs.split(", ")}
    drawn |= {(state, verb, state) for verb, states in staying for state in states.split(", ")}
    table = REQUEST.table.items()
    assert drawn == {(state, verb, reached) for verb, steps in table for state, reached in steps.items()}


def test_every_machine_is_drawn_once() -> None:
    kinds = [machine.kind for machine in machines()]
    assert {"enrollment", "meeting", "mentorship", "program", "request", "task"} <= set(kinds)
    assert re.findall(r"^## (.+)$", page(), re.M) == [kind.capitalize() for kind in kinds]
