"""One web process of one service, run for a benchmark as an operator runs it."""

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import urllib3

from bench.attendees import TENANT
from bench.process import memory, running_process
from cli.embedded.issuer import ensure_issuer
from cli.token import signed
from shared.settings import Settings
from shared.storage import Repository
from shared.storage.repository import A
from tests.ports import free_range

_AT_ONCE = 2_000


class Refused(RuntimeError):
    """Any answer but 200."""

    def __init__(self, path: str, status: int, body: bytes) -> None:
        super().__init__(f"{path}: {status} {body[:500]!r}")
        self.status = status


@dataclasses.dataclass(slots=True)
class Web:
    """A web role of a service, as it is run in production."""

    address: str
    pid: int
    token: Callable[[str], str]
    pool: urllib3.PoolManager

    def ask(self, method: str, path: str, token: str, **headers: str) -> None:
        """One request. Raises Refused."""
        given = {"Authorization": f"Bearer {token}", **headers}
        answer = self.pool.request(method, self.address + path, headers=given)
        if answer.status != 200:
            raise Refused(path, answer.status, answer.data)

    def memory(self) -> float:
        """MiB that the process has now."""
        return memory(self.pid, "VmRSS")

    def metrics(self) -> bytes:
        """What Prometheus reads."""
        return self.pool.request("GET", self.address + "/metrics").data


@contextmanager
def running_web(settings: Settings, folder: Path, service: str, *, rate_limits: str = "off") -> Iterator[Web]:
    """The service's web role on these backends; ended afterwards."""
    issuer = ensure_issuer(folder / "issuer")
    port = free_range()
    own = {
        "ITHACA_JWKS_URL": issuer.jwks.absolute().as_uri(),
        "ITHACA_PORT": str(port),
        "ITHACA_RATE_LIMITS": rate_limits,
    }
    with running_process(settings, folder, service, "web", own) as process:
        yield Web(
            f"http://127.0.0.1:{port}",
            process.pid,
            lambda member: signed(issuer, tenant=TENANT, subject=member, roles=("member",), seconds=36_000),
            urllib3.PoolManager(maxsize=64, retries=False, timeout=120.0),
        )


def store_all(repository: Repository[A], aggregates: Sequence[A]) -> None:
    """Writes them where the service will find them, without any of its rules."""
    for first in range(0, len(aggregates), _AT_ONCE):
        documents = [repository._to_document(each) for each in aggregates[first : first + _AT_ONCE]]
        repository.collection.insert_many(documents, ordered=False)
