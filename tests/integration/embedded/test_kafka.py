"""The embedded brokers keep what they acknowledged, and their folder survives a kill at any moment."""

import json
import os
import shutil
import signal
import socket
import uuid
from pathlib import Path

import pytest
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer
from kafka.admin import NewTopic

from cli.embedded.errors import NotAvailable
from cli.embedded.folder import DataFolder
from cli.embedded.identity import started_at
from cli.embedded.java import find_java
from cli.embedded.kafka import cluster_id
from cli.embedded.kafka_jars import cached
from cli.embedded.noida import find_noida
from cli.embedded.standalone import running_broker
from tests.integration.embedded.waiting import eventually


def why_no_kafka() -> str | None:
    try:
        find_java()
    except NotAvailable as error:
        return str(error)
    if not os.environ.get("KAFKA_HOME") and cached() is None and shutil.which("mvn") is None:
        return "neither Maven nor fetched jars nor KAFKA_HOME"
    return None


needs_kafka = pytest.mark.skipif(why_no_kafka() is not None, reason=f"no Apache Kafka here: {why_no_kafka()}")
needs_noida = pytest.mark.skipif(find_noida() is None, reason="the noida-db wheel is not installed")
KINDS = [pytest.param("kafka", marks=needs_kafka), pytest.param("noida", marks=needs_noida)]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "broker"


@pytest.mark.parametrize("kind", KINDS)
def test_a_committed_transaction_is_read_and_an_aborted_one_is_not(data: Path, kind: str) -> None:
    with running_broker(data, kind) as bootstrap:
        topic = create_topic(bootstrap)
        producer = KafkaProducer(bootstrap_servers=bootstrap, transactional_id=f"writer-{topic}")
        producer.init_transactions()
        for value, finish in ((b"aborted", producer.abort_transaction), (b"kept", producer.commit_transaction)):
            producer.begin_transaction()
            producer.send(topic, value)
            producer.flush()
            finish()
        producer.close()

        assert read(bootstrap, topic, count=1) == [b"kept"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_stopped_broker_comes_back_on_its_port_with_its_messages(data: Path, kind: str) -> None:
    with running_broker(data, kind) as first:
        topic = create_topic(first)
        send(first, topic, b"before")

    with running_broker(data, kind) as second:
        assert second == first
        send(second, topic, b"after")
        assert read(second, topic, count=2) == [b"before", b"after"]


@needs_kafka
def test_a_killed_broker_has_what_it_acknowledged(data: Path) -> None:
    with running_broker(data, "kafka") as bootstrap:
        topic = create_topic(bootstrap)
        send(bootstrap, topic, *(str(number).encode() for number in range(20)))
        (entry,) = json.loads(DataFolder(data).processes.read_bytes())
        os.kill(entry["pid"], signal.SIGKILL)
        eventually(lambda: started_at(entry["pid"]) is None)

    with running_broker(data, "kafka") as bootstrap:
        assert read(bootstrap, topic, count=20) == [str(number).encode() for number in range(20)]


@needs_kafka
def test_a_broker_whose_port_was_taken_meanwhile_moves_with_its_messages(data: Path) -> None:
    with running_broker(data, "kafka") as first:
        topic = create_topic(first)
        send(first, topic, b"kept")

    ports = json.loads(DataFolder(data).ports.read_bytes())
    with listening(ports["kafka"]), listening(ports["controller"]), running_broker(data, "kafka") as second:
        assert second != first
        assert read(second, topic, count=1) == [b"kept"]


@needs_kafka
def test_storage_that_was_half_formatted_is_formatted_anew(data: Path) -> None:
    forming = DataFolder(data).kafka / "forming"
    forming.mkdir(parents=True)
    (forming / "meta.properties").write_text("version=1\n")

    with running_broker(data, "kafka") as bootstrap:
        send(bootstrap, create_topic(bootstrap), b"works")

    assert not forming.exists()


@needs_noida
def test_without_java_the_broker_is_noida_after_a_warning_that_says_what_is_lost(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("JAVA_HOME", "/no/such/java")

    with running_broker(data, "auto") as bootstrap:
        send(bootstrap, create_topic(bootstrap), b"works")

    warning = capsys.readouterr().out
    assert "it can lose the last second of acknowledged messages" in warning
    assert "/no/such/java/bin/java does not run" in warning


@needs_kafka
@needs_noida
def test_a_fetch_that_fails_is_one_line_of_warning(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("KAFKA_HOME", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(data.parent / "cache"))
    monkeypatch.setenv("MAVEN_OPTS", "--no-such-option")  # its Java refuses to start

    with running_broker(data, "auto") as bootstrap:
        send(bootstrap, create_topic(bootstrap), b"works")

    warnings = [line for line in capsys.readouterr().out.splitlines() if "warning" in line]
    assert len(warnings) == 1
    assert f"see {DataFolder(data).logs / 'kafka-fetch.log'}" in warnings[0]


def test_kafka_that_was_asked_for_and_cannot_run_is_an_error(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JAVA_HOME", "/no/such/java")

    with pytest.raises(NotAvailable, match="/no/such/java"), running_broker(data, "kafka"):
        pass


@pytest.mark.parametrize("first_byte", [0x00, 0x7F, 0xF8, 0xFB, 0xFF])
def test_no_cluster_id_looks_like_an_option(first_byte: int) -> None:
    assert cluster_id(uuid.UUID(bytes=bytes([first_byte]) + bytes(15)))[0].isalnum()


def create_topic(bootstrap: str) -> str:
    topic = f"test-{uuid.uuid4().hex[:8]}"
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    admin.create_topics([NewTopic(topic, num_partitions=1, replication_factor=1)])
    admin.close()
    return topic


def send(bootstrap: str, topic: str, *values: bytes) -> None:
    """Returns once each is acknowledged."""
    producer = KafkaProducer(bootstrap_servers=bootstrap, acks="all")
    for value in values:
        producer.send(topic, value).get(timeout=30)
    producer.close()


def read(bootstrap: str, topic: str, count: int) -> list[bytes]:
    """At least `count` values, from the beginning."""
    consumer = KafkaConsumer(
        topic, bootstrap_servers=bootstrap, auto_offset_reset="earliest", isolation_level="read_committed"
    )
    values: list[bytes] = []

    def enough() -> bool:
        values.extend(record.value for records in consumer.poll(timeout_ms=200).values() for record in records)
        return len(values) >= count

    eventually(enough)
    consumer.close()
    return values


def listening(port: int) -> socket.socket:
    """Holds a port, for the time of a `with`."""
    return socket.create_server(("127.0.0.1", port))
