"""The whole platform, run for a benchmark as an operator runs it, and what can be seen of it from outside."""

import dataclasses
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from pymongo import MongoClient
from pymongo.collection import Collection

from bench.attendees import TENANT
from bench.process import memory
from cli.door import Door
from cli.embedded.issuer import load_issuer
from cli.embedded.ledger import Ledger
from cli.embedded.platform import Platform
from cli.token import signed
from shared.clock import SystemClock
from shared.messaging.group_lag import group_lag
from shared.settings import Settings
from shared.storage import Document
from tests.ports import free_range

_CALM_SECONDS = 1800.0
_START_SECONDS = 300.0
_PIECE = 1 << 18


@dataclasses.dataclass(frozen=True, slots=True)
class Running:
    """`ithaca up`, its addresses and its database."""

    settings: Settings
    data: Path
    addresses: Platform
    client: MongoClient[Document]

    def door(self, service: str, role: str) -> Door:
        """The service's HTTP, for a member of staff."""
        issuer = load_issuer(self.data / "issuer")
        token = signed(issuer, tenant=TENANT, subject="bench", roles=(role,), seconds=36_000)
        return Door(self.addresses.service(service), token)

    def documents(self, service: str, collection: str) -> Collection[Document]:
        return self.client[self.settings.database_name(service)][collection]

    def pending(self, service: str, topic: str = "") -> int:
        """Whether its outbox has a message of such topics that was not sent."""
        where = {"pending": True, "topic": {"$regex": f"^{topic}"}}
        return self.documents(service, "outbox").count_documents(where, limit=1)

    def lag(self, service: str, *topics: str) -> int:
        """Messages that its workers have not handled."""
        # What a transaction leaves in a partition counts: a group that has read everything may be a few marks behind.
        found = group_lag(self.settings, service, topics, SystemClock().now())
        return sum(each.messages for each in found if each.seconds is not None)

    def pid(self, process: str) -> int:
        """Of `events-web`, say, as it runs now."""
        [entry] = [entry for entry in Ledger(self.data / "processes.json").read() if entry.name == process]
        return entry.pid

    def memory(self, process: str, name: str) -> float:
        """MiB of the process: `VmRSS` now, `VmHWM` at most."""
        return memory(self.pid(process), name)

    def rest(self, reads: Mapping[str, tuple[str, ...]]) -> float:
        """Waits until nothing of these topics is on its way to or from these services; how many seconds that took."""

        def moving() -> bool:
            time.sleep(1.0)
            behind = any(self.lag(service, *topics) for service, topics in reads.items())
            return behind or any(self.pending(service) for service in reads)

        begun = time.perf_counter()
        while moving():
            if time.perf_counter() - begun > _CALM_SECONDS:
                raise TimeoutError("the platform did not come to rest")
        return time.perf_counter() - begun


def pieces(path: Path) -> Iterator[bytes]:
    """A file, as it is sent."""
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            yield piece


@contextmanager
def running(settings: Settings, data: Path) -> Iterator[Running]:
    """The platform on these backends, with a data folder of its own; ended afterwards."""
    environment = {
        **os.environ,
        "KAFKA_BOOTSTRAP_SERVERS": ",".join(settings.kafka.bootstrap_servers),
        "MONGODB_URI": settings.mongodb_uri,
        "ITHACA_BROKER": "kafka" if settings.kafka.transactions else "noida",
        "ITHACA_TOPIC_PREFIX": settings.topic_prefix,
        "ITHACA_DATABASE_PREFIX": settings.database_prefix,
        "ITHACA_DATA": str(data),
    }
    command = [sys.executable, "-m", "cli.main", "up", "--data", str(data), "--base-port", str(free_range())]
    with (data.parent / "up.log").open("wb") as log, MongoClient[Document](settings.mongodb_uri) as client:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=subprocess.STDOUT)
        try:
            deadline = time.monotonic() + _START_SECONDS
            while b"\nready " not in (data.parent / "up.log").read_bytes():
                if process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError((data.parent / "up.log").read_text())
                time.sleep(0.5)
            yield Running(settings, data, Platform.load(data), client)
        finally:
            process.terminate()
            process.wait()
