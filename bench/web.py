"""One web process of one service, run for a benchmark as an operator runs it."""

import dataclasses
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import urllib3

from bench.attendees import TENANT
from cli.embedded.issuer import ensure_issuer
from cli.token import signed
from shared.settings import Settings
from shared.storage import Repository
from shared.storage.repository import A
from tests.ports import free_range

_START_SECONDS = 60.0
_AT_ONCE = 2_000


@dataclasses.dataclass(slots=True)
class Web:
    """A web role of a service, as it is run in production."""

    address: str
    pid: int
    token: Callable[[str], str]
    pool: urllib3.PoolManager

    def ask(self, method: str, path: str, token: str, **headers: str) -> None:
        """One request. Raises RuntimeError for any answer but 200."""
        given = {"Authorization": f"Bearer {token}", **headers}
        answer = self.pool.request(method, self.address + path, headers=given)
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status} {answer.data[:500]!r}")

    def memory(self) -> float:
        """MiB that the process has now."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0]) / 1024

    def metrics(self) -> bytes:
        """What Prometheus reads."""
        return self.pool.request("GET", self.address + "/metrics").data


@contextmanager
def running_web(settings: Settings, folder: Path, service: str) -> Iterator[Web]:
    """The service's web role on these backends; ended afterwards."""
    issuer = ensure_issuer(folder / "issuer")
    port = free_range()
    environment = {
        **os.environ,
        "MONGODB_URI": settings.mongodb_uri,
        "KAFKA_BOOTSTRAP_SERVERS": ",".join(settings.kafka.bootstrap_servers),
        "ITHACA_DATABASE_PREFIX": settings.database_prefix,
        "ITHACA_TOPIC_PREFIX": settings.topic_prefix,
        "ITHACA_JWKS_URL": issuer.jwks.absolute().as_uri(),
        "ITHACA_PORT": str(port),
        "ITHACA_RATE_LIMITS": "off",
    }
    command = [sys.executable, "-m", "cli.main", "run", service, "--role", "web"]
    with (folder / "web.log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=subprocess.STDOUT)
    try:
        web = Web(
            f"http://127.0.0.1:{port}",
            process.pid,
            lambda member: signed(issuer, tenant=TENANT, subject=member, roles=("member",), seconds=36_000),
            urllib3.PoolManager(maxsize=64, retries=False, timeout=120.0),
        )
        _wait(process, folder / "web.log")
        yield web
    finally:
        process.terminate()
        process.wait()


def _wait(process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while b'"ready"' not in log.read_bytes():
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(log.read_text())
        time.sleep(0.1)


def store_all(repository: Repository[A], aggregates: Sequence[A]) -> None:
    """Writes them where the service will find them, without any of its rules."""
    for first in range(0, len(aggregates), _AT_ONCE):
        documents = [repository._to_document(each) for each in aggregates[first : first + _AT_ONCE]]
        repository.collection.insert_many(documents, ordered=False)
