"""An image that compiles ahead leaves nothing to compile: it takes a process of its own, and half a minute."""

import os
import subprocess
import sys
from pathlib import Path

_LARGE = """
from services.matching.domain.match_run import Objective
from services.matching.engine import scan
from services.matching.engine.pool import Criteria
from tests.unit.matching import test_candidates, test_filling
scan.search(test_candidates.question(test_candidates.crowd(), Criteria(), 7))
test_filling.crowd(1).assigned(Objective.BEST_SCORE)
"""


def test_all_that_is_compiled_is_compiled_ahead(tmp_path: Path) -> None:
    there = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)}

    def kept_after(*command: str) -> set[Path]:
        subprocess.run([sys.executable, *command], env=there, check=True)
        return set(tmp_path.rglob("*.nbc"))

    ahead = kept_after("-m", "services.matching.engine.ahead")
    later = kept_after("-c", _LARGE)
    assert ahead == later
