"""A broker or a database alone, for the time of a `with`: what the tests' fixtures lean on."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cli.embedded import mongodb
from cli.embedded.broker import Broker, Kind, prepare_broker
from cli.embedded.folder import DataFolder
from cli.embedded.interruption import Interruption
from cli.embedded.ledger import Ledger
from cli.embedded.report import PlainReport
from cli.embedded.supervisor import Supervisor


@contextmanager
def running_broker(data_dir: Path, kind: Kind = "auto") -> Iterator[str]:
    """An embedded broker on loopback; gives its `host:port`. Stopped in order at the end, data kept in `data_dir`.

    Enter it from the main thread. Raises NotAvailable, PartFailed, FolderInUse.
    """
    with embedded_broker(data_dir, kind) as broker:
        yield broker.bootstrap


@contextmanager
def embedded_broker(data_dir: Path, kind: Kind = "auto") -> Iterator[Broker]:
    """As `running_broker`, for who must also know which broker `auto` took."""
    with _supervised(data_dir) as (folder, supervisor):
        broker = prepare_broker(folder, "127.0.0.1", kind, supervisor, PlainReport())
        supervisor.start([broker.part])
        yield broker


@contextmanager
def running_mongodb(data_dir: Path) -> Iterator[str]:
    """An embedded one-node replica set on loopback; gives its URI. Otherwise as `running_broker`."""
    with _supervised(data_dir) as (folder, supervisor):
        part, uri = mongodb.prepare(folder)
        supervisor.start([part])
        yield uri


@contextmanager
def _supervised(data_dir: Path) -> Iterator[tuple[DataFolder, Supervisor]]:
    folder = DataFolder(data_dir)
    with folder.held():
        ledger = Ledger(folder.processes)
        ledger.end_leftovers()
        supervisor = Supervisor(ledger, Interruption(), PlainReport())
        try:
            yield folder, supervisor
        finally:
            supervisor.stop()
