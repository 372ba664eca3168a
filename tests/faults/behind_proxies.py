"""A broker and a database of a run's own: its services reach them through a network that can fail, the run directly.

Kafka tells its clients where to find it, so it is told to name the proxy to those who come through it, and listens a
second time for the run itself. MongoDB's set has the proxy's address for its only member's.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError

from cli.embedded.folder import DataFolder
from tests.faults.outage import Backend, prepared_backends
from tests.faults.proxy import Proxy
from tests.ports import free_ports

_HOST = "127.0.0.1"
_SET = "rs0"
_NOT_YET_INITIALIZED = 94


@dataclass(frozen=True, slots=True)
class Behind:
    """One of the two: itself, the way to it, and the address of each."""

    backend: Backend
    proxy: Proxy
    direct: str
    through: str


@contextmanager
def backends_behind_proxies(data: Path) -> Iterator[tuple[Behind, Behind]]:
    """Apache Kafka and MongoDB, both not started yet; nothing runs afterwards."""
    folder = DataFolder(data)
    with ExitStack() as stack:
        kafka, mongo = stack.enter_context(prepared_backends(folder))
        kafka_port, direct_port, mongo_port = free_ports(3)
        listening, there = _port(kafka.address), _port(mongo.address)
        _listen_twice(folder.kafka / "server.properties", kafka_port, direct_port)
        to_kafka = Proxy(kafka_port, listening)
        stack.callback(to_kafka.close)
        to_mongo = Proxy(mongo_port, there)
        stack.callback(to_mongo.close)
        named = f"{_HOST}:{mongo_port}"
        of_set = replace(mongo, is_ready=lambda _child: _is_primary(f"{_HOST}:{there}", named))
        backends = [Backend(part) for part in (kafka, of_set)]
        for backend in backends:
            stack.callback(backend.end)
        yield (
            Behind(backends[0], to_kafka, f"{_HOST}:{direct_port}", f"{_HOST}:{kafka_port}"),
            Behind(
                backends[1],
                to_mongo,
                f"mongodb://{_HOST}:{there}/?directConnection=true",
                f"mongodb://{named}/?replicaSet={_SET}",
            ),
        )


def _port(address: str) -> int:
    found = re.search(r":(\d+)(/|$)", address)
    assert found is not None, address
    return int(found[1])


def _listen_twice(properties: Path, proxy: int, direct: int) -> None:
    """Whoever comes by the first listener is sent to the proxy; the broker speaks to itself by the second."""
    changes: dict[str, Callable[[str], str]] = {
        "listeners": lambda now: f"{now},DIRECT://{_HOST}:{direct}",
        "advertised.listeners": lambda _: f"PLAINTEXT://{_HOST}:{proxy},DIRECT://{_HOST}:{direct}",
        "listener.security.protocol.map": lambda now: f"{now},DIRECT:PLAINTEXT",
        "inter.broker.listener.name": lambda _: "DIRECT",
    }
    lines = []
    for line in properties.read_text().splitlines():
        name, _, now = line.partition("=")
        lines.append(f"{name}={changes.pop(name)(now)}" if name in changes else line)
    assert not changes, f"{properties} does not say {sorted(changes)}"
    properties.write_text("\n".join(lines) + "\n")


def _is_primary(address: str, named: str) -> bool:
    """Whether the node takes writes, having made it the whole set, under that name, where it is not yet."""
    client: MongoClient[dict[str, Any]]
    with MongoClient(f"mongodb://{address}/?directConnection=true", serverSelectionTimeoutMS=800) as client:
        try:
            try:
                client.admin.command("replSetGetConfig")
            except OperationFailure as error:
                if error.code != _NOT_YET_INITIALIZED:
                    raise
                members = [{"_id": 0, "host": named}]
                client.admin.command("replSetInitiate", {"_id": _SET, "members": members})
            return bool(client.admin.command("hello")["isWritablePrimary"])
        except PyMongoError:
            return False
