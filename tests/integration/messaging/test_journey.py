"""A message's whole way: outbox, relay, Kafka, worker, effect."""

import threading
from typing import Any

import orjson
import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from shared.errors import Fault, Invalid
from shared.ids import new_id
from shared.messaging import breaker, inbox, letters, outbox, parking, replay
from shared.messaging.consumer import Worker
from shared.messaging.envelope import Message
from shared.messaging.unit_of_work import InvalidMessage, Transaction
from shared.storage.migrations import missing
from tests.integration.messaging.conftest import Bench, attendee, eventually, member, note_attendee


def raw_producer(bench: Bench) -> KafkaProducer:
    return KafkaProducer(**bench.settings.kafka.client_options(), acks="all")


def binary_headers(identifier: str, type_name: str = "org.ithaca.attendee.published.v1") -> list[tuple[str, bytes]]:
    attributes = {"specversion": "1.0", "id": identifier, "source": "/test", "type": type_name, "tenant": "acme"}
    return [(f"ce_{name}", value.encode()) for name, value in attributes.items()]


def read_topic(bench: Bench, topic: str) -> list[Any]:
    consumer = KafkaConsumer(
        **bench.settings.kafka.client_options(), isolation_level="read_committed", enable_auto_commit=False
    )
    try:
        name = bench.settings.topic(topic)
        partitions = [TopicPartition(name, number) for number in consumer.partitions_for_topic(name)]
        consumer.assign(partitions)
        consumer.seek_to_beginning(*partitions)
        ends = consumer.end_offsets(partitions)
        records: list[Any] = []
        while any(consumer.position(partition) < ends[partition] for partition in partitions):
            for found in consumer.poll(timeout_ms=500).values():
                records.extend(found)
        return records
    finally:
        consumer.close()


def test_a_published_member_is_copied_by_the_worker_and_its_outbox_row_keeps_only_the_place(bench: Bench) -> None:
    key = new_id()
    with bench.running():
        bench.publish("member.registered.v1", key, 1, member(key))
        eventually(lambda: bench.database["copies"].count_documents({"_id": key}) == 1)
        eventually(lambda: bench.database["outbox"].count_documents({"pending": True}) == 0)
    row = bench.database["outbox"].find_one({"key": key})
    assert "value" not in row
    assert row["settled"]["offset"] >= 0


def test_what_is_rolled_back_is_never_sent(bench: Bench) -> None:
    def fail(transaction: Transaction) -> None:
        transaction.publish("member.registered.v1", key="k", version=1, data=member(new_id()))
        raise RuntimeError

    with pytest.raises(RuntimeError):
        bench.foundation.unit_of_work.run(fail, tenant="acme")
    assert bench.database["outbox"].count_documents({}) == 0


def test_a_message_that_breaks_its_own_contract_is_refused_before_it_is_written(bench: Bench) -> None:
    with pytest.raises(InvalidMessage, match="surname"):
        bench.publish("member.registered.v1", "k", 1, {**member(new_id()), "surname": "unknown field"})
    assert bench.database["outbox"].count_documents({}) == 0


def test_keys_keep_their_order_on_the_log_while_many_threads_write(bench: Bench) -> None:
    keys = [new_id() for _ in range(8)]

    def write(key: str) -> None:
        for version in range(1, 13):
            bench.publish("member.updated.v1", key, version, member(key, f"v{version}"))

    with bench.running(relays=2):
        threads = [threading.Thread(target=write, args=(key,)) for key in keys]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        eventually(lambda: bench.database["copies"].count_documents({"version": 12}) == len(keys))
    seen: dict[str, list[int]] = {}
    for record in read_topic(bench, "members.v1"):
        seen.setdefault(record.key.decode(), []).append(int(dict(record.headers)["ce_aggregateversion"]))
    assert seen == {key: list(range(1, 13)) for key in keys}


def test_a_key_without_an_aggregate_takes_its_numbers_from_a_counter_that_concurrent_writers_share(
    bench: Bench,
) -> None:
    threads = [
        threading.Thread(target=bench.publish, args=("attendee.published.v1", "one-key", None, attendee(f"R-{number}")))
        for number in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    numbers = sorted(row["version"] for row in bench.database["outbox"].find({"key": "one-key"}))
    assert numbers == list(range(1, 21))


def test_what_first_transactions_write_to_is_there_before_them(bench: Bench) -> None:
    """Two that would each create a collection meet as a duplicate key, which is not tried again."""
    present = bench.database.list_collection_names()
    assert {parking.COLLECTION, breaker.COLLECTION} <= set(present)
    assert {outbox.COLLECTION, outbox.COUNTERS, inbox.COLLECTION, inbox.VERSIONS, letters.COLLECTION} <= set(present)
    assert missing(bench.database, bench.service().all_indexes()) == []


def test_the_same_message_id_twice_is_one_effect(bench: Bench) -> None:
    producer, identifier = raw_producer(bench), new_id()
    with bench.running():
        for registration in ("A-1", "A-1", "A-2"):
            headers = binary_headers(identifier if registration == "A-1" else new_id())
            value = orjson.dumps(attendee(registration))
            producer.send(bench.settings.topic("attendees.v1"), value=value, key=b"a", headers=headers)
        producer.flush()
        eventually(lambda: bench.database["notes"].count_documents({"registration": "A-2"}) == 1)
    producer.close()
    assert bench.database["notes"].count_documents({"registration": "A-1"}) == 1


def test_an_older_state_never_overwrites_a_newer_one(bench: Bench) -> None:
    key = new_id()
    with bench.running():
        bench.publish("member.updated.v1", key, 5, member(key, "newer"))
        eventually(lambda: bench.database["copies"].count_documents({"_id": key}) == 1)
        bench.publish("member.updated.v1", key, 3, member(key, "older"))
        bench.publish("member.updated.v1", key, 6, member(key, "newest"))
        eventually(lambda: bench.database["copies"].count_documents({"_id": key, "version": 6}) == 1)
    assert 3 not in bench.database["copies"].find_one({"_id": key})["applied"]


def test_a_tombstone_reaches_the_projection_with_its_headers(bench: Bench) -> None:
    key = new_id()
    with bench.running():
        bench.publish("member.registered.v1", key, 1, member(key))
        bench.publish("member.erased.v1", key, 2, None)
        eventually(lambda: bench.database["copies"].count_documents({"_id": key, "version": 2, "data": None}) == 1)


def test_a_structured_event_is_read_as_a_binary_one(bench: Bench) -> None:
    producer = raw_producer(bench)
    event = {
        "specversion": "1.0",
        "id": new_id(),
        "source": "/test",
        "type": "org.ithaca.attendee.published.v1",
        "tenant": "acme",
        "data": attendee("S-1"),
    }
    headers = [("content-type", b"Application/CloudEvents+json; charset=utf-8")]
    with bench.running():
        producer.send(bench.settings.topic("attendees.v1"), value=orjson.dumps(event), headers=headers)
        producer.flush()
        eventually(lambda: bench.database["notes"].count_documents({"registration": "S-1"}) == 1)
    producer.close()


@pytest.mark.parametrize(
    ("value", "headers", "pointer"),
    [
        (b"not json", binary_headers("broken-1"), ""),
        (b"{}", [], ""),
        (b"{}", binary_headers("broken-2", "org.example.unknown.v1"), "ce_type"),
        (b"{}", binary_headers("broken-3", "org.ithaca.member.registered.v1"), "ce_type"),
        (orjson.dumps({**attendee("B-1"), "status": "maybe"}), binary_headers("broken-4"), "/status"),
        (orjson.dumps({**attendee("B-1"), "person": {"email": "nobody"}}), binary_headers("broken-5"), "/person/email"),
    ],
)
def test_a_bad_message_goes_aside_with_its_pointer_and_the_next_one_flows(
    bench: Bench, value: bytes, headers: list[tuple[str, bytes]], pointer: str
) -> None:
    producer = raw_producer(bench)
    topic = bench.settings.topic("attendees.v1")
    with bench.running():
        producer.send(topic, key=b"k", value=value, headers=headers)
        producer.send(topic, key=b"k", value=orjson.dumps(attendee("OK-1")), headers=binary_headers(new_id()))
        producer.flush()
        eventually(lambda: bench.database["notes"].count_documents({"registration": "OK-1"}) == 1)
        eventually(lambda: bool(read_topic(bench, "dead.events")))
    producer.close()
    (letter,) = letters.listed(bench.database, {}, limit=10)
    assert letter.record.value == value
    assert pointer in {fault.pointer for fault in letter.faults}
    (announced,) = read_topic(bench, "dead.events")
    assert announced.value == value
    assert dict(announced.headers)["x-dead-topic"] == b"attendees.v1"


def test_a_handler_that_calls_a_message_invalid_puts_it_aside_and_a_replay_applies_it(bench: Bench) -> None:
    def refuse(transaction: Transaction, message: Message) -> None:
        raise Invalid([Fault("/status", "Not today.")])

    bench.on_attendee = refuse
    with bench.running():
        bench.publish("attendee.published.v1", "k", None, attendee("R-1"))
        eventually(lambda: len(letters.listed(bench.database, {"state": "dead"}, limit=2)) == 1)
        (letter,) = letters.listed(bench.database, {}, limit=2)
        assert letter.reaction == "note"
        bench.on_attendee = note_attendee
        bench.decide(replay.replay, letter)
        eventually(lambda: bench.database["notes"].count_documents({"registration": "R-1"}) == 1)
        eventually(lambda: letters.get(bench.database, letter.id).state == "replayed")


def test_a_replay_that_fails_again_is_dead_again_and_can_be_dropped(bench: Bench) -> None:
    def refuse(transaction: Transaction, message: Message) -> None:
        raise Invalid([Fault("/status", "Not today.")])

    def break_down(transaction: Transaction, message: Message) -> None:
        raise RuntimeError

    bench.on_attendee = refuse
    with bench.running():
        bench.publish("attendee.published.v1", "k", None, attendee("R-1"))
        eventually(lambda: len(letters.listed(bench.database, {"state": "dead"}, limit=2)) == 1)
        (letter,) = letters.listed(bench.database, {}, limit=2)
        bench.on_attendee = break_down
        bench.decide(replay.replay, letter)
        eventually(lambda: letters.get(bench.database, letter.id).attempts > letter.attempts)
    bench.decide(replay.drop, letter)
    assert letters.get(bench.database, letter.id).state == "dropped"
    assert letters.get(bench.database, letter.id).reason.startswith(
        "The handler failed: RuntimeError at test_journey.py:"
    )


def test_two_workers_and_a_rebalance_apply_each_message_once(bench: Bench) -> None:
    with bench.running(workers=1):
        for number in range(40):
            bench.publish("attendee.published.v1", f"key-{number}", None, attendee(f"W-{number}"))
        second: Worker = bench.service().worker().worker
        thread = threading.Thread(target=second.run)
        thread.start()
        for number in range(40, 80):
            bench.publish("attendee.published.v1", f"key-{number}", None, attendee(f"W-{number}"))
        eventually(lambda: bench.database["notes"].count_documents({}) == 80)
        second.stop()
        thread.join(timeout=30)
    assert len(bench.database["notes"].distinct("message")) == 80


def test_a_message_above_the_limit_is_refused_at_the_outbox(bench: Bench) -> None:
    far_too_much = "x" * outbox.LARGEST_VALUE

    def leave(transaction: Transaction) -> None:
        message = Message("i", "t", "s", None, None, "acme", "k", 1, "c", None, None, {"text": far_too_much})
        outbox.row(message, "attendees.v1", 1, 0, transaction.now)

    with pytest.raises(outbox.MessageTooLarge):
        bench.foundation.unit_of_work.run(leave, tenant="acme")
