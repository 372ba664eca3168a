"""Where a test run's broker and database come from, in this order: the environment, Docker, the embedded platform."""

import contextlib
import gc
import os
import socket
import time
import warnings
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path


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
    broker = environment.get("ITHACA_BROKER", "auto")
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
    return Backends(kafka, kafka_from, mongodb, mongodb_from, kind)


def _docker() -> tuple[bool, str]:
    import docker
    from docker.errors import DockerException

    with warnings.catch_warnings():
        # A client that meets no engine leaves its socket to the garbage collector.
        warnings.simplefilter("ignore", ResourceWarning)
        client = None
        with contextlib.suppress(DockerException):
            client = docker.from_env(timeout=5)
        gc.collect()
    if client is None:
        return False, "no Docker engine answers"
    try:
        for image in (kafka_image(), mongodb_image()):
            if not client.images.list(name=image):
                client.images.pull(image)
    except DockerException as error:
        return False, f"the images cannot be had: {type(error).__name__}"
    finally:
        client.close()
    return True, ""


def kafka_image() -> str:
    return os.environ.get("ITHACA_TEST_KAFKA_IMAGE", "apache/kafka:4.1.1")


def mongodb_image() -> str:
    return os.environ.get("ITHACA_TEST_MONGODB_IMAGE", "mongo:8.0")


def _kafka_container(stack: ExitStack) -> str:
    """One node, KRaft. Its address is advertised to clients on the host, so the port is chosen before it starts."""
    from testcontainers.core.container import DockerContainer
    from testcontainers.core.wait_strategies import LogMessageWaitStrategy

    port = _free_port()
    settings = {
        "KAFKA_NODE_ID": "1",
        "KAFKA_PROCESS_ROLES": "broker,controller",
        "KAFKA_LISTENERS": "PLAINTEXT://:9092,CONTROLLER://:9093",
        "KAFKA_ADVERTISED_LISTENERS": f"PLAINTEXT://127.0.0.1:{port}",
        "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "KAFKA_CONTROLLER_LISTENER_NAMES": "CONTROLLER",
        "KAFKA_CONTROLLER_QUORUM_VOTERS": "1@localhost:9093",
        "KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR": "1",
        "KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR": "1",
        "KAFKA_TRANSACTION_STATE_LOG_MIN_ISR": "1",
        "KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS": "0",
        "KAFKA_AUTO_CREATE_TOPICS_ENABLE": "false",
    }
    container = DockerContainer(kafka_image()).with_bind_ports(9092, port)
    for name, value in settings.items():
        container = container.with_env(name, value)
    stack.enter_context(container.waiting_for(LogMessageWaitStrategy("Kafka Server started")))
    return f"127.0.0.1:{port}"


def _mongodb_container(stack: ExitStack) -> str:
    """A replica set of one node, reached directly: the name it knows itself by means nothing outside the container."""
    from pymongo import MongoClient
    from testcontainers.core.container import DockerContainer
    from testcontainers.core.wait_strategies import LogMessageWaitStrategy

    container = DockerContainer(mongodb_image()).with_command("--replSet rs0 --bind_ip_all").with_exposed_ports(27017)
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
