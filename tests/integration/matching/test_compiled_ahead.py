"""An image that compiles ahead leaves nothing to compile: it takes a process of its own, and half a minute."""

import json
import subprocess
import sys
from typing import Any

_AHEAD = """
from services.matching.engine.ahead import compile_ahead
compile_ahead()
"""

_LARGE = """
from services.matching.domain.match_run import Objective
from services.matching.engine import scan
from services.matching.engine.pool import Criteria
from tests.unit.matching import test_candidates, test_filling
scan.search(test_candidates.question(test_candidates.crowd(), Criteria(), 7))
test_filling.crowd(1).assigned(Objective.BEST_SCORE)
"""

_TELL = """
import json, sys
from numba.core.dispatcher import Dispatcher
found = {
    f"{name}.{each}": value
    for name, module in list(sys.modules.items()) if name.startswith("services.matching.")
    for each, value in vars(module).items() if isinstance(value, Dispatcher)
}
print(json.dumps({
    "used": sorted(f"{name} {signature}" for name, each in found.items() for signature in each.signatures),
    "compiled": sorted(name for name, each in found.items() if each.stats.cache_misses),
}))
"""


def told_after(work: str) -> dict[str, Any]:
    """What a new process has used once it has done that, and what of it was not kept and so compiled."""
    ended = subprocess.run([sys.executable, "-c", work + _TELL], stdout=subprocess.PIPE, check=True)
    told: dict[str, Any] = json.loads(ended.stdout)
    return told


def test_all_that_is_compiled_is_compiled_ahead() -> None:
    told_after(_AHEAD)
    ahead, large = told_after(_AHEAD), told_after(_LARGE)
    assert ahead["compiled"] == large["compiled"] == []
    # Another test may have had it compiled and kept: what counts is that it is what is compiled ahead.
    assert large["used"] == ahead["used"] != []
