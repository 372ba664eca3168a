"""The state machines as pictures: `python -m cli.state_diagrams` writes docs/state_machines.md anew."""

import pkgutil
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from services.events import domain as events
from services.matching import domain as matching
from shared.transitions import Machine

PAGE = Path(__file__).parents[1] / "docs" / "state_machines.md"

_HEAD = """# State machines

Drawn by `python -m cli.state_diagrams` from the tables in [`services/matching/domain`](../services/matching/domain) and
[`services/events/domain`](../services/events/domain); a test fails where this page says something else. A verb that is
not drawn from a state is refused with a 409 that names both.
"""


def machines(*domains: ModuleType) -> Iterator[Machine[Any]]:
    """Every machine of these domains, or of all, by kind."""
    found: dict[str, Machine[Any]] = {}
    for domain in domains or (matching, events):
        for module in pkgutil.iter_modules(domain.__path__):
            for value in vars(import_module(f"{domain.__name__}.{module.name}")).values():
                if isinstance(value, Machine):
                    found[value.kind] = value
    for kind in sorted(found):
        yield found[kind]


def page() -> str:
    """The page as it has to be."""
    return "\n".join([_HEAD, *(_section(machine) for machine in machines())])


def _section(machine: Machine[Any]) -> str:
    verbs: dict[tuple[str, str], list[str]] = {}
    staying: dict[str, list[str]] = {}
    for verb, steps in machine.table.items():
        for state, reached in steps.items():
            if state is reached:
                staying.setdefault(verb, []).append(state.value)
            else:
                verbs.setdefault((state.value, reached.value), []).append(verb)
    lines = [f"## {machine.kind.capitalize()}", "", "```mermaid", "stateDiagram-v2"]
    lines += [f"    {state} --> {reached}: {', '.join(names)}" for (state, reached), names in verbs.items()]
    left = {state for state, _ in verbs}
    ends = dict.fromkeys(reached for _, reached in verbs if reached not in left)
    lines += [f"    {state} --> [*]" for state in ends]
    lines += ["```", ""]
    if staying:
        lines += ["Changes no state:", ""]
        lines += [f"- `{verb}` while {', '.join(states)}" for verb, states in staying.items()]
        lines.append("")
    return "\n".join(lines)


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
