"""The services' processes as they run in production, each of which can be killed, paused and brought back.

Everything here is called from the test's main thread: a child is tied to the thread that started it.
"""

import json
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cli.embedded.child import Child, Command
from tests.faults.waiting import eventually
from tests.ports import free_ports

_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Role:
    """One process of the fleet: `events-worker-2`."""

    service: str
    role: str
    number: int

    @property
    def name(self) -> str:
        return f"{self.service}-{self.role}-{self.number}"


PLAINLY = ("cli.main",)
"""The module that runs a process, with what stands before the command."""


class Member:
    """A process of the fleet, through all its lives."""

    def __init__(self, role: Role, environment: Mapping[str, str], log: Path, program: Sequence[str] = PLAINLY) -> None:
        self.role = role
        self.port = int(environment["ITHACA_PORT"])
        self.log = log
        arguments = (sys.executable, "-m", *program, "run", role.service, "--role", role.role)
        self._command = Command(arguments, log, environment, death_signal=signal.SIGKILL)
        self._child: Child | None = None
        self.paused = False
        self.kills = 0
        self.pauses = 0
        self.own_ends: list[int] = []
        """Exit codes of ends that nobody here asked for."""
        self._asked_to_end = False

    @property
    def name(self) -> str:
        return self.role.name

    @property
    def pid(self) -> int:
        assert self._child is not None, f"{self.name} was not started"
        return self._child.pid

    @property
    def url(self) -> str:
        """Where it answers: a web role everything, the others for their health."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self._child = Child(self._command)
        self._asked_to_end = False

    def ready(self) -> bool:
        """Whether this life has said so."""
        return self._child is not None and self._child.announced_ready.is_set()

    def alive(self) -> bool:
        return self._child is not None and self._child.exit_code() is None

    def kill(self) -> None:
        """SIGKILL; returns once nothing of it runs."""
        self._asked_to_end = True
        self.kills += 1
        os.kill(self.pid, signal.SIGKILL)
        self.paused = False
        eventually(lambda: not self.alive())

    def pause(self) -> None:
        os.kill(self.pid, signal.SIGSTOP)
        self.paused = True
        self.pauses += 1

    def resume(self) -> None:
        os.kill(self.pid, signal.SIGCONT)
        self.paused = False

    def tend(self) -> None:
        """Starts it again where it has ended."""
        if self._child is None or (code := self._child.exit_code()) is None:
            return
        if not self._asked_to_end:
            self.own_ends.append(code)
        self.start()

    def ask_to_stop(self) -> None:
        """SIGTERM; `tend` starts it again once it has ended."""
        assert self._child is not None
        self._asked_to_end = True
        self._child.terminate()

    def stop(self, within: float) -> int:
        """SIGTERM, and the exit code. Kills and fails where it takes longer than `within` seconds."""
        assert self._child is not None
        if self.paused:
            self.resume()
        self._asked_to_end = True
        self._child.terminate()
        deadline = time.monotonic() + within
        while (code := self._child.exit_code()) is None:
            if time.monotonic() > deadline:
                self._child.kill()
                raise AssertionError(f"{self.name} did not stop within {within:g} s")
            time.sleep(0.05)
        return code

    def end(self) -> None:
        """Ends whatever still runs."""
        self._asked_to_end = True
        while self._child is not None and self._child.exit_code() is None:
            self._child.kill()
            time.sleep(0.02)

    def warnings(self) -> list[dict[str, Any]]:
        """What this service's own code has said in its log of things that are not as they should be."""
        lines = (line for line in self.log.read_text(errors="replace").splitlines() if line.startswith("{"))
        said = (json.loads(line) for line in lines)
        return [each for each in said if each.get("level") in ("warning", "error") and "module" in each]

    def threads(self) -> int:
        return len(list(Path(f"/proc/{self.pid}/task").iterdir()))

    def open_files(self) -> int:
        """Sockets and files that it holds."""
        return len(list(Path(f"/proc/{self.pid}/fd").iterdir()))

    def worked_seconds(self) -> float:
        """Processor time that this life has used."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS


class Fleet:
    """Processes on the same broker and database."""

    def __init__(
        self,
        environment: Mapping[str, str],
        roles: Sequence[Role],
        folder: Path,
        program: Callable[[Role], Sequence[str]] = lambda _role: PLAINLY,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.members: dict[str, Member] = {}
        for role, port in zip(roles, free_ports(len(roles)), strict=True):
            own = {**environment, "ITHACA_PORT": str(port), "ITHACA_HEALTH_PORT": str(port)}
            self.members[role.name] = Member(role, own, folder / f"{role.name}.log", program(role))

    def __getitem__(self, name: str) -> Member:
        return self.members[name]

    def start(self) -> None:
        for member in self.members.values():
            member.start()

    def start_and_wait(self, within: float = 120.0) -> None:
        self.start()
        eventually(lambda: all(member.ready() for member in self.members.values()), within)

    def tend(self) -> None:
        """Brings back who has ended."""
        for member in self.members.values():
            member.tend()

    def own_ends(self) -> dict[str, list[int]]:
        """Processes that ended by themselves, with their exit codes."""
        return {name: member.own_ends for name, member in self.members.items() if member.own_ends}

    def end(self) -> None:
        for member in self.members.values():
            member.end()
