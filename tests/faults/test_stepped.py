"""The wall clock of a process, set by a file; what measures time goes on as it did."""

import time
from pathlib import Path

from tests.faults.stepped import SteppedClock

HOUR = 3600.0

BETWEEN = time.time() - time.monotonic()


def ahead() -> float:
    """By how much the wall clock was set since."""
    return time.time() - time.monotonic() - BETWEEN


def test_a_clock_is_set_and_set_back_by_its_file(tmp_path: Path) -> None:
    file = tmp_path / "clock"
    clock = SteppedClock(file)
    clock.look()
    before = time.monotonic()
    try:
        for step in (HOUR, -HOUR):
            file.write_text(str(step))
            clock.look()
            assert abs(ahead() - step) < HOUR / 10
        file.write_text("nonsense")
        clock.look()
        assert abs(ahead() + HOUR) < HOUR / 10
    finally:
        file.write_text("0")
        clock.look()
    assert abs(ahead()) < HOUR / 10
    assert 0 <= time.monotonic() - before < HOUR / 10
