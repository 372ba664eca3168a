"""A supervisor in a folder of the test's own, and parts that are small scripts."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cli.embedded.child import Child, Command
from cli.embedded.folder import DataFolder
from cli.embedded.interruption import Interruption
from cli.embedded.ledger import Ledger
from cli.embedded.supervisor import Part, Supervisor


class Heard:
    """A report that remembers what it was told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str]] = []

    def say(self, part: str, text: str) -> None:
        self.told.append((part, text))

    def state(self, part: str, state: str, address: str = "", restarts: int = 0) -> None:
        self.told.append((part, state))

    def close(self) -> None:
        """Nothing is open."""


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[DataFolder]:
    folder = DataFolder(tmp_path / "data")
    with folder.held():
        yield folder


@pytest.fixture
def supervisor(folder: DataFolder, heard: Heard) -> Iterator[Supervisor]:
    supervisor = Supervisor(Ledger(folder.processes), Interruption(), heard)
    yield supervisor
    supervisor.stop()


@pytest.fixture
def part(folder: DataFolder) -> Callable[..., Part]:
    """A part that runs a Python script and is ready when it logs so."""

    def make(name: str, script: str, grace: float = 10.0, patience: float = 60.0) -> Part:
        command = Command((sys.executable, "-u", "-c", script), folder.logs / f"{name}.log")
        return Part(name, command, is_ready=says_ready, grace=grace, patience=patience)

    return make


def says_ready(child: Child) -> bool:
    return child.announced_ready.is_set()
