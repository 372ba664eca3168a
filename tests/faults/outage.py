"""A broker and a database of a test's own, which go away and come back at the same addresses with what they held."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cli.embedded import mongodb
from cli.embedded.broker import prepare_broker
from cli.embedded.child import Child
from cli.embedded.folder import DataFolder
from cli.embedded.interruption import Interruption
from cli.embedded.ledger import Ledger
from cli.embedded.report import PlainReport
from cli.embedded.supervisor import Part, Supervisor
from tests.faults.waiting import eventually


class Backend:
    """One of the two. Called from the main thread, as its child is tied to it."""

    def __init__(self, part: Part) -> None:
        self.address = part.address
        self._part = part
        self._child: Child | None = None

    def start(self) -> None:
        """Returns when it answers."""
        self._child = Child(self._part.command)
        eventually(self._answers, within=180)

    def ensure(self) -> None:
        """Starts it unless it runs."""
        if self._child is None or self._ended():
            self.start()

    def kill(self) -> None:
        """SIGKILL."""
        assert self._child is not None
        self._child.kill()
        eventually(self._ended)

    def pause(self) -> None:
        """It keeps its connections and answers nothing."""
        assert self._child is not None
        os.kill(self._child.pid, signal.SIGSTOP)

    def resume(self) -> None:
        assert self._child is not None
        os.kill(self._child.pid, signal.SIGCONT)
        eventually(self._answers)

    def alive(self) -> bool:
        return self._child is not None and not self._ended()

    def end(self) -> None:
        """Whatever became of it."""
        if self._child is not None and not self._ended():
            self._child.kill()
            eventually(self._ended)

    def _answers(self) -> bool:
        assert self._child is not None
        assert self._child.exit_code() is None, f"{self._part.name} ended: see {self._part.command.log}"
        return self._part.is_ready(self._child)

    def _ended(self) -> bool:
        assert self._child is not None
        return self._child.exit_code() is not None


@contextmanager
def own_backends(data: Path) -> Iterator[tuple[Backend, Backend]]:
    """Apache Kafka and MongoDB, both not started yet; nothing runs afterwards."""
    with prepared_backends(DataFolder(data)) as parts:
        broker, database = (Backend(part) for part in parts)
        try:
            yield broker, database
        finally:
            for backend in (broker, database):
                backend.end()


@contextmanager
def prepared_backends(folder: DataFolder) -> Iterator[tuple[Part, Part]]:
    """What both of them are started as, in a folder that is held meanwhile."""
    with folder.held():
        supervisor = Supervisor(Ledger(folder.processes), Interruption(), PlainReport())
        broker = prepare_broker(folder, "127.0.0.1", "kafka", supervisor, PlainReport())
        database, _ = mongodb.prepare(folder)
        try:
            yield broker.part, database
        finally:
            supervisor.stop()
