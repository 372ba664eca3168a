"""What an operator is told of a group's lag, by the real broker, and without one."""

import dataclasses
import socket
import threading
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from kafka import KafkaConsumer, KafkaProducer, OffsetAndMetadata, TopicPartition
from kafka.admin import NewTopic

from shared.errors import Unavailable
from shared.messaging import topics
from shared.messaging.group_lag import group_lag
from shared.settings import Settings

TOPIC = "registrations.v1"


@pytest.fixture
def topic(settings: Settings) -> Iterator[str]:
    name = settings.topic(TOPIC)
    admin = topics.connect(settings)
    try:
        admin.create_topics([NewTopic(name, 1, 1)])
        yield name
        admin.delete_topics([name])
    finally:
        admin.close()


def send(settings: Settings, topic: str, count: int, **options: object) -> None:
    producer = KafkaProducer(**settings.kafka.client_options(), acks="all", metrics_enabled=False, **options)
    try:
        if options:
            producer.init_transactions()
            producer.begin_transaction()
        for number in range(count):
            producer.send(topic, key=b"k", value=b"%d" % number)
        if options:
            producer.commit_transaction()
        producer.flush()
    finally:
        producer.close()


def finish(settings: Settings, topic: str, offset: int) -> None:
    consumer = KafkaConsumer(
        **settings.kafka.client_options(),
        group_id=f"{settings.topic_prefix}events",
        enable_auto_commit=False,
        metrics_enabled=False,
    )
    try:
        consumer.assign([TopicPartition(topic, 0)])
        consumer.commit({TopicPartition(topic, 0): OffsetAndMetadata(offset, "", -1)})
    finally:
        consumer.close()


def now() -> datetime:
    return datetime.now(UTC) + timedelta(seconds=1)


def test_a_group_that_never_read_is_behind_by_all_there_is(settings: Settings, topic: str) -> None:
    send(settings, topic, 5)
    [found] = group_lag(settings, "events", [TOPIC, "no.such.topic"], now())
    assert (found.topic, found.partition, found.position, found.end, found.messages) == (TOPIC, 0, 0, 5, 5)
    assert found.seconds is not None
    assert found.seconds > 0


def test_what_was_finished_does_not_wait(settings: Settings, topic: str) -> None:
    send(settings, topic, 5)
    finish(settings, topic, 3)
    [found] = group_lag(settings, "events", [TOPIC], now())
    assert (found.position, found.messages) == (3, 2)
    finish(settings, topic, 5)
    [found] = group_lag(settings, "events", [TOPIC], now())
    assert (found.messages, found.seconds) == (0, None)


def test_the_mark_of_a_transaction_is_no_message_that_waits(settings: Settings, topic: str) -> None:
    if not settings.kafka.transactions:
        pytest.skip("the broker has no transactions")
    send(settings, topic, 2, transactional_id=f"{settings.topic_prefix}{uuid.uuid4().hex}")
    finish(settings, topic, 2)
    [found] = group_lag(settings, "events", [TOPIC], now())
    assert found.end == 3
    assert (found.messages, found.seconds) == (0, None)


def test_without_a_broker_the_lag_is_not_known_and_nothing_is_left_running(settings: Settings) -> None:
    before = set(threading.enumerate())
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()  # and never answers
        nobody = (f"127.0.0.1:{listener.getsockname()[1]}",)
        away = dataclasses.replace(settings, kafka=dataclasses.replace(settings.kafka, bootstrap_servers=nobody))
        with pytest.raises(Unavailable):
            group_lag(away, "events", [TOPIC], now())
    assert [thread.name for thread in set(threading.enumerate()) - before if thread.is_alive()] == []
