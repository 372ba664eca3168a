"""`python -m tests.faults.stepped FILE run SERVICE --role ROLE`: `ithaca`, with a wall clock that FILE moves.

The file holds seconds by which the clock of this process alone is ahead, and may be written anew at any time. Clocks
that only ever go forward are left as they are, as on a machine whose time is set.
"""

import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import time_machine

_LOOK_SECONDS = 0.2


class SteppedClock:
    """The wall clock of this process, as the file says."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._ahead = 0.0
        self._travel: time_machine.travel | None = None

    def follow(self) -> None:
        """For ever."""
        while True:
            self.look()
            time.sleep(_LOOK_SECONDS)

    def look(self) -> None:
        """Sets the clock where the file says something new."""
        try:
            ahead = float(self._file.read_text())
        except (OSError, ValueError):
            return  # not there yet, or half written
        if ahead == self._ahead:
            return
        if self._travel is not None:
            self._travel.stop()
            self._travel = None
        self._ahead = ahead
        if ahead:
            self._travel = time_machine.travel(datetime.now(UTC) + timedelta(seconds=ahead), tick=True)
            self._travel.start()


def main() -> None:
    """Runs the command that follows the file."""
    clock = SteppedClock(Path(sys.argv.pop(1)))
    clock.look()
    threading.Thread(target=clock.follow, name="stepped-clock", daemon=True).start()
    from cli.main import main as ithaca

    ithaca()


if __name__ == "__main__":
    main()
