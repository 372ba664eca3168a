"""How each kind of fault is begun and ended. From the main thread, as the processes are tied to it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.behind_proxies import Behind
from tests.faults.disk import Disk
from tests.faults.fleet import Fleet, Role
from tests.faults.plan import BROKER, DATABASE, Fault, Kind
from tests.faults.proxy import Weather

_WEATHER = {Kind.SILENT: Weather.SILENT, Kind.REFUSED: Weather.REFUSED, Kind.SLOW: Weather.SLOW}
_BETWEEN_RESTARTS = 3.0
_BETWEEN_WRITES = 2.0


class NotPossibleHere(Exception):
    """This machine does not let us; the reason."""


@dataclass(slots=True)
class Acts:
    """What may be done to whom."""

    fleet: Fleet
    broker: Behind
    database: Behind
    disk: Disk
    clocks: Path
    """A folder with a file for the clock of each process."""
    notes: list[str] = field(default_factory=list)
    """What is worth a line in the report."""
    _restarted: dict[str, float] = field(default_factory=dict)
    _written_at: float = 0.0

    def clock_of(self, role: Role) -> Path:
        return self.clocks / role.name

    @contextmanager
    def going_wrong(self, fault: Fault) -> Iterator[None]:
        """Wrong inside, and mended behind; a server that ended answers again. Raises NotPossibleHere."""
        process = self.fleet.members.get(fault.target)
        server = {BROKER: self.broker, DATABASE: self.database}.get(fault.target)
        if fault.kind is Kind.NOTHING:
            yield
        elif fault.kind is Kind.KILL and process is not None:
            process.kill()
            yield
        elif fault.kind in {Kind.PAUSE, Kind.ZOMBIE} and process is not None:
            process.pause()
            try:
                yield
            finally:
                process.resume()
        elif fault.kind is Kind.STORM:
            yield  # see `during`
        elif fault.kind is Kind.CLOCK and process is not None:
            file = self.clock_of(process.role)
            file.write_text(str(fault.step))
            try:
                yield
            finally:
                file.write_text("0")
        elif fault.kind is Kind.DISK_FULL:
            if self.disk.refusal is not None:
                raise NotPossibleHere(self.disk.refusal)
            self.disk.fill()
            try:
                yield
            finally:
                ended = "ended by itself" if not self.database.backend.alive() else "went on"
                self.notes.append(f"a database whose disk was full {ended}")
                self.disk.empty()
                self.database.backend.ensure()
        elif server is not None:
            with _server_wrong(fault.kind, server):
                yield
        else:
            raise AssertionError(f"nobody knows how to do this: {fault}")

    def during(self, fault: Fault, now: float) -> None:
        """Called again and again while it lasts."""
        if fault.kind is Kind.STORM:
            self._restart_in_turn(fault.target, now)
        elif fault.kind is Kind.DISK_FULL and now - self._written_at > _BETWEEN_WRITES:
            self._written_at = now
            self.disk.write(self.database)

    def _restart_in_turn(self, service: str, now: float) -> None:
        """Asks one worker after the other to stop; whoever watches the fleet starts it again at once."""
        workers = [each for each in self.fleet.members.values() if each.role.service == service]
        workers = [each for each in workers if each.role.role == "worker" and each.alive()]
        longest = min(workers, key=lambda each: self._restarted.get(each.name, 0.0), default=None)
        if longest is None or now - max(self._restarted.values(), default=0.0) < _BETWEEN_RESTARTS:
            return
        self._restarted[longest.name] = now
        longest.ask_to_stop()


@contextmanager
def _server_wrong(kind: Kind, server: Behind) -> Iterator[None]:
    if kind is Kind.BACKEND_KILL:
        server.backend.kill()
        try:
            yield
        finally:
            server.backend.start()
    elif kind is Kind.HANG:
        server.backend.pause()
        try:
            yield
        finally:
            server.backend.resume()
    else:
        server.proxy.turn(_WEATHER[kind])
        try:
            yield
        finally:
            server.proxy.turn(Weather.FAIR)
