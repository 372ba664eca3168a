"""Where a test run's broker and database come from, in this order: the environment, Docker, the embedded platform."""

import contextlib
import gc
import os
import queue
import socket
import threading
import time
import warnings
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast, get_args

from pymongo import MongoClient

from cli.embedded.broker import Kind

if TYPE_CHECKING:
    from docker import DockerClient

PULL_SECONDS = 180.0
"""How long a run waits for images that are not here yet; then it embeds broker and database."""


@dataclass(frozen=True, slots=True)
class Backends:
    """Addresses, and for the summary where each comes from."""

    kafka: str
    kafka_from: str
    mongodb: str
    mongodb_from: str
    broker: str
    """`kafka` or `noida`: what the broker can be asked to do."""


def find(environment: Mapping[str, str], folder: Path, stack: ExitStack) -> Backends:
    """Finds or starts both; what was started ends with the stack."""
    broker = _kind(environment.get("ITHACA_BROKER", "auto"))
    named_kafka, named_mongodb = environment.get("KAFKA_BOOTSTRAP_SERVERS"), environment.get("MONGODB_URI")
    docker, reason = (None, "not needed") if named_kafka and named_mongodb else _docker()
    if named_kafka:
        kafka, kafka_from, kind = named_kafka, "the environment", "kafka" if broker == "auto" else broker
    elif docker and broker != "noida":
        kafka, kafka_from, kind = _kafka_container(stack), "Docker", "kafka"
    else:
        from cli.embedded.standalone import embedded_broker

        running = stack.enter_context(embedded_broker(folder / "kafka", kind=broker))
        kafka, kafka_from, kind = running.bootstrap, f"embedded {running.kind} ({reason})", running.kind
    if named_mongodb:
        mongodb, mongodb_from = named_mongodb, "the environment"
    elif docker:
        mongodb, mongodb_from = _mongodb_container(stack), "Docker"
    else:
        from cli.embedded.standalone import running_mongodb

        mongodb, mongodb_from = stack.enter_context(running_mongodb(folder / "mongodb")), f"embedded ({reason})"
    if not named_mongodb:
        _keep_what_is_there(mongodb)
        _let_dropped_files_go(mongodb)
    return Backends(kafka, kafka_from, mongodb, mongodb_from, kind)


def _kind(asked: str) -> Kind:
    for kind in get_args(Kind):
        if kind == asked:
            return cast("Kind", kind)
    raise ValueError(f"ITHACA_BROKER is {asked!r}: set it to one of {', '.join(get_args(Kind))}")


def _keep_what_is_there(uri: str) -> None:
    """Has the database tidy nothing away: once a minute it would, and a test's clock may be far behind its own."""
    with MongoClient[dict[str, object]](uri) as client:
        client.admin.command("setParameter", 1, ttlMonitorEnabled=False)


def _let_dropped_files_go(uri: str) -> None:
    """Has the database close within seconds what a test has dropped.

    By itself it keeps a dropped collection for reads of the last five minutes, and its files open for ten: more than a
    hundred for each test with a database of its own, until the process may open no more and ends.
    """
    with MongoClient[dict[str, object]](uri) as client:
        client.admin.command("setParameter", 1, minSnapshotHistoryWindowInSeconds=5)
        closing = "file_manager=(close_idle_time=10,close_scan_interval=5)"
        client.admin.command("setParameter", 1, wiredTigerEngineRuntimeConfig=closing)


def _docker() -> tuple[bool, str]:
    """Whether containers can be had, and if not, why. Takes no longer than the pulls may."""
    import docker
    from docker.errors import DockerException
    from requests import RequestException
    from testcontainers.core.config import testcontainers_config

    with warnings.catch_warnings():
        # A client that meets no engine leaves its socket to the garbage collector.
        warnings.simplefilter("ignore", ResourceWarning)
        client = None
        with contextlib.suppress(DockerException):
            client = docker.from_env(timeout=5)
        gc.collect()
    if client is None:
        return False, "no Docker engine answers"
    deadline = time.monotonic() + PULL_SECONDS
    try:
        for image in (kafka_image(), mongodb_image()):
            if (failure := _missing(client, image, deadline)) is not None:
                return False, f"{image} cannot be pulled: {failure}"
        # The reaper takes away what a killed run leaves; without its image all else works, and a run that ends in any
        # other way takes its containers away itself.
        if not testcontainers_config.ryuk_disabled and _missing(client, testcontainers_config.ryuk_image, deadline):
            testcontainers_config.ryuk_disabled = True
    except (DockerException, RequestException) as error:
        return False, f"the Docker engine does not answer: {type(error).__name__}"
    finally:
        client.close()
    return True, ""


def _missing(client: "DockerClient", image: str, deadline: float) -> str | None:
    """None once the image is here; what is in the way when it cannot be pulled before the deadline."""
    if client.images.list(name=image):
        return None
    # docker-py waits for a pull without any bound, so another thread waits, and may do so until the process ends.
    outcome: queue.Queue[str | None] = queue.Queue()

    def pull() -> None:
        failure = None
        try:
            client.images.pull(image)
        except Exception as error:  # told, whatever it is
            failure = type(error).__name__
        outcome.put(failure)

    threading.Thread(target=pull, name=f"pull {image}", daemon=True).start()
    try:
        return outcome.get(timeout=max(0.0, deadline - time.monotonic()))
    except queue.Empty:
        return f"not within {PULL_SECONDS:g} seconds"


def kafka_image() -> str:
    return os.environ.get("ITHACA_TEST_KAFKA_IMAGE", "apache/kafka:4.1.1")


def mongodb_image() -> str:
    return os.environ.get("ITHACA_TEST_MONGODB_IMAGE", "mongo:8.0")


def _kafka_container(stack: ExitStack) -> str:
    """One node, KRaft. Its address is advertised to clients, so the port is chosen before it starts.

    testcontainers' own KafkaContainer runs Confluent's images only, and its MongoDbContainer no replica set.
    """
    from testcontainers.core.container import DockerContainer
    from testcontainers.core.wait_strategies import LogMessageWaitStrategy

    container = DockerContainer(kafka_image())
    address = f"{container.get_docker_client().host()}:{(port := _free_port())}"
    settings = {
        "KAFKA_NODE_ID": "1",
        "KAFKA_PROCESS_ROLES": "broker,controller",
        # It speaks to itself as well, to end transactions, and the clients' port is not its own inside the container.
        "KAFKA_LISTENERS": "CLIENTS://:9092,BROKER://localhost:9094,CONTROLLER://localhost:9093",
        "KAFKA_ADVERTISED_LISTENERS": f"CLIENTS://{address},BROKER://localhost:9094",
        "KAFKA_INTER_BROKER_LISTENER_NAME": "BROKER",
        "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP": "CLIENTS:PLAINTEXT,BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "KAFKA_CONTROLLER_LISTENER_NAMES": "CONTROLLER",
        "KAFKA_CONTROLLER_QUORUM_VOTERS": "1@localhost:9093",
        "KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR": "1",
        "KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR": "1",
        "KAFKA_TRANSACTION_STATE_LOG_MIN_ISR": "1",
        "KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS": "0",
        "KAFKA_AUTO_CREATE_TOPICS_ENABLE": "false",
    }
    container = container.with_bind_ports(9092, port).with_envs(**settings)
    stack.enter_context(container.waiting_for(LogMessageWaitStrategy("Kafka Server started")))
    return address


def _mongodb_container(stack: ExitStack) -> str:
    """A replica set of one node, reached directly: the name it knows itself by means nothing outside the container."""
    from pymongo import MongoClient
    from testcontainers.core.container import DockerContainer
    from testcontainers.core.wait_strategies import LogMessageWaitStrategy

    command = "mongod --replSet rs0 --bind_ip_all"
    container = DockerContainer(mongodb_image()).with_command(command).with_exposed_ports(27017)
    started = stack.enter_context(container.waiting_for(LogMessageWaitStrategy("Waiting for connections")))
    uri = f"mongodb://{started.get_container_host_ip()}:{started.get_exposed_port(27017)}/?directConnection=true"
    with MongoClient[dict[str, object]](uri) as client:
        client.admin.command("replSetInitiate", {"_id": "rs0", "members": [{"_id": 0, "host": "localhost:27017"}]})
        deadline = time.monotonic() + 60
        while not client.admin.command("hello")["isWritablePrimary"]:
            if time.monotonic() > deadline:
                raise TimeoutError("the replica set elected no primary")
            time.sleep(0.1)
    return uri


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
