"""Where a test run's broker and database come from, in this order: the environment, Docker, the embedded platform."""

import os
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

    try:
        client = docker.from_env(timeout=5)
    except DockerException:
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
