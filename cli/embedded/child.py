"""One child process: tied to us, in a session of its own, its output kept in a log of bounded size."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cli.embedded.identity import started_at
from cli.embedded.rotating_log import RotatingLog

_TETHER = Path(__file__).with_name("tether.py")


@dataclass(frozen=True, slots=True)
class Command:
    """What to run: its arguments, what it finds in its environment, and the file that keeps its output."""

    arguments: tuple[str, ...]
    log: Path
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    death_signal: signal.Signals = signal.SIGTERM
    """What the kernel sends it when we are killed (Linux)."""


class Child:
    """A started process. Start it from the main thread: the tether is to the thread."""

    def __init__(self, command: Command) -> None:
        """Starts it. A program that cannot be run is seen as an exit, with the reason in the log."""
        self.command = command
        self.announced_ready = threading.Event()
        tether = (sys.executable, "-I", "-S", str(_TETHER), str(int(command.death_signal)), str(os.getpid()))
        read_end, write_end = os.pipe()
        self._process = subprocess.Popen(
            (*tether, *command.arguments),
            stdin=subprocess.DEVNULL,
            stdout=write_end,
            stderr=subprocess.STDOUT,
            env=dict(command.environment),
            start_new_session=True,
        )
        self.pid = self._process.pid
        self.started = started_at(self.pid) or ""
        os.close(write_end)
        self._reader = threading.Thread(target=self._keep_output, args=(read_end,), daemon=True)
        self._reader.start()

    def exit_code(self) -> int | None:
        """None while it runs; else its code, negative for a signal, and then nothing of its session runs either."""
        if self._process.returncode is None and self._has_exited():
            self.kill()
            self._process.wait()
            self._reader.join(timeout=1)
        return self._process.returncode

    def terminate(self) -> None:
        """Asks it to stop: SIGTERM to the process itself, which stops its own children."""
        if self._process.returncode is None:
            self._process.terminate()

    def kill(self) -> None:
        """SIGKILL to it and everything in its session. Without effect after the end was seen."""
        if self._process.returncode is None:
            try:
                os.killpg(self.pid, signal.SIGKILL)
            except ProcessLookupError:
                return
            except PermissionError:  # macOS says so of a group of which only the zombie is left
                return

    def _has_exited(self) -> bool:
        """Sees the end without reaping, so that the number cannot be given away before the group was killed."""
        if not hasattr(os, "waitid"):
            return self._process.poll() is not None
        return os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def _keep_output(self, read_end: int) -> None:
        with os.fdopen(read_end, "rb") as output, RotatingLog(self.command.log) as log:
            for line in output:
                log.write(line)
                if _announces_ready(line):
                    self.announced_ready.set()


def _announces_ready(line: bytes) -> bool:
    if b'"ready"' not in line:
        return False
    try:
        record = json.loads(line)
    except ValueError:
        return False
    return isinstance(record, dict) and record.get("event") == "ready"
