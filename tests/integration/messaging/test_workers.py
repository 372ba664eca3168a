"""What a worker's group, its database and its own end may do to it."""

import dataclasses
import itertools
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

import orjson
import pytest
from kafka import KafkaConsumer, KafkaProducer, OffsetAndMetadata, TopicPartition
from kafka.errors import FencedInstanceIdError, LogTruncationError
from pymongo.errors import ServerSelectionTimeoutError

from shared.contracts.topic import DEFAULT_PARTITIONS
from shared.errors import Unavailable
from shared.ids import new_id
from shared.messaging import consumer, handling, membership, topics
from shared.messaging.consumer import Worker
from shared.messaging.envelope import Message
from shared.messaging.handling import Handling
from shared.messaging.unit_of_work import Transaction
from shared.service import WorkerRole
from shared.settings import Settings
from shared.telemetry import metrics
from tests.integration.messaging.conftest import Bench, attendee, eventually, follow_registration, member, note_attendee
from tests.integration.messaging.test_journey import binary_headers
from tests.integration.messaging.test_parking import records


@contextmanager
def carried_on(bench: Bench, *workers: Worker | WorkerRole) -> Iterator[list[BaseException | None]]:
    """Each worker in a thread, with a relay; gives how each ended: None where it was asked to."""
    ends: list[BaseException | None] = []

    def run(worker: Worker | WorkerRole) -> None:
        try:
            worker.run()
        except BaseException as error:
            ends.append(error)
        else:
            ends.append(None)

    relay = bench.service().relay()
    threads = [threading.Thread(target=relay.run), *(threading.Thread(target=run, args=(each,)) for each in workers)]
    for thread in threads:
        thread.start()
    try:
        yield ends
    finally:
        for role in (relay, *workers):
            role.stop()
        for thread in threads:
            thread.join(30)


def publish_many(bench: Bench, numbers: range, *, key: str | None = None) -> None:
    for number in numbers:
        bench.publish("attendee.published.v1", key or f"key-{number}", None, attendee(f"W-{number}"))


def stored(bench: Bench, group: str, *, partition: int | None = None) -> int:
    """How far the group says it came, over all partitions, or over those of this number."""
    reader = KafkaConsumer(**bench.settings.kafka.client_options(), group_id=group, enable_auto_commit=False)
    try:
        topics = [bench.settings.topic(name) for name in ("attendees.v1", "members.v1")]
        numbers = range(6) if partition is None else [partition]
        return sum(reader.committed(TopicPartition(topic, number)) or 0 for topic in topics for number in numbers)
    finally:
        reader.close()


def notes(bench: Bench) -> int:
    return int(bench.database["notes"].count_documents({}))


@pytest.mark.kafka("takes offsets from the members of a group that is being joined")
def test_partitions_that_move_take_their_offsets_along_and_the_worker_that_gave_them_goes_on(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumer, "_COMMIT_EACH_SECONDS", 1e9)  # so that only moving and stopping store anything
    first, second = bench.service().worker().worker, bench.service().worker().worker
    group = f"{bench.settings.topic_prefix}events"
    with carried_on(bench, first) as ends:
        publish_many(bench, range(40))
        for each in [new_id() for _ in range(40)]:
            bench.publish("member.registered.v1", each, 1, member(each))
        eventually(lambda: notes(bench) == bench.database["copies"].count_documents({}) == 40)
        assert stored(bench, group) == 0
        with carried_on(bench, second):
            eventually(lambda: stored(bench, group) > 0)
            publish_many(bench, range(40, 60))
            eventually(lambda: notes(bench) == 60)
            assert ends == []
    assert ends == [None]


def test_a_worker_asked_to_stop_in_the_middle_of_a_poll_leaves_the_rest_to_the_next(bench: Bench) -> None:
    last: list[Worker] = []

    def note_and_stop(transaction: Transaction, message: Message) -> None:
        note_attendee(transaction, message)
        last[-1].stop()

    bench.on_attendee = note_and_stop
    with bench.running(workers=0):
        publish_many(bench, range(12))
        eventually(lambda: bench.database["outbox"].count_documents({"pending": True}) == 0)
    while notes(bench) < 12:
        last.append(bench.service().worker().worker)
        last[-1].run()
    assert notes(bench) == len(bench.database["notes"].distinct("message")) == 12


def test_what_was_polled_and_could_not_be_handled_is_not_stored_as_done(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor with what was handled of other partitions, which go on though all were put off with it at first."""
    handle, tried = Handling.handle, threading.Event()

    def handle_others(self: Handling, records, **named) -> None:
        if any(record.key == b"stuck" for record in records):
            tried.set()
            raise ServerSelectionTimeoutError
        handle(self, records, **named)

    monkeypatch.setattr(Handling, "handle", handle_others)
    with bench.running(workers=0):
        publish_many(bench, range(1), key="stuck")
        publish_many(bench, range(1, 12))
        eventually(lambda: bench.database["outbox"].count_documents({"pending": True}) == 0)
    with carried_on(bench, bench.service().worker().worker):
        eventually(lambda: tried.is_set() and notes(bench) > 0)
    place = bench.database["outbox"].find_one({"key": "stuck"})["settled"]
    group = f"{bench.settings.topic_prefix}events"
    assert stored(bench, group) > 0
    assert stored(bench, group, partition=place["partition"]) <= place["offset"]


@pytest.mark.kafka("has transactions")
def test_what_was_sent_in_vain_is_not_handled(bench: Bench) -> None:
    options = bench.settings.kafka.client_options() | {"transactional_id": f"{bench.settings.topic_prefix}in-vain"}
    topic, content = bench.settings.topic("attendees.v1"), orjson.dumps(attendee("in vain"))
    with closing(KafkaProducer(**options, acks="all", enable_idempotence=True)) as producer:
        producer.init_transactions()
        producer.begin_transaction()
        producer.send(topic, key=b"one-key", value=content, headers=binary_headers(new_id())).get(timeout=10)
        producer.abort_transaction()
    with bench.running():
        publish_many(bench, range(3), key="one-key")
        eventually(lambda: bench.database["notes"].count_documents({"registration": "W-2"}) == 1)
    assert notes(bench) == 3


def test_a_batch_too_crowded_to_commit_gets_through_in_smaller_ones(bench: Bench) -> None:
    in_hand: list[object] = []

    def crowded(transaction: Transaction, message: Message) -> None:
        in_hand.append(transaction.session)
        if in_hand.count(transaction.session) > 2:
            in_hand.clear()
            raise Unavailable("Too many writers want the same thing at once.")
        note_attendee(transaction, message)

    bench.on_attendee = crowded
    with bench.running(workers=0):
        publish_many(bench, range(10), key="one-key")
        eventually(lambda: bench.database["outbox"].count_documents({"pending": True}) == 0)
    with bench.running(relays=0):
        eventually(lambda: notes(bench) == 10)


def test_batches_that_take_too_long_become_smaller(still: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []

    def follow(transaction: Transaction, message: Message) -> None:
        follow_registration(transaction, message)
        if transaction.session is not sessions[-1]:
            sessions.append(transaction.session)
            sizes.append(0)
        sizes[-1] += 1

    sessions: list[object] = [None]
    still.on_registration = follow
    monkeypatch.setattr(handling, "_LONGEST_BATCH_SECONDS", 0.0)
    worker = still.service().handling()
    for first in (1, 9, 17):
        worker.handle(records(new_id(), *range(first, first + 8)))
    assert sizes == [8, 4, 4, 2, 2, 2, 2]


def test_a_fault_of_ours_stops_the_partition_it_shows_in_and_not_the_worker(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    handle = Handling.handle
    faults: list[str] = []

    def faulty(self: Handling, records, **named) -> None:
        if not faults:
            faults.append(records[0].topic)
            raise LookupError("a defect outside of any handler")
        handle(self, records, **named)

    monkeypatch.setattr(Handling, "handle", faulty)
    worker = bench.service().worker().worker
    with carried_on(bench, worker) as ends:
        publish_many(bench, range(5))
        eventually(lambda: notes(bench) == 5)
        assert ends == []
    assert faults == ["attendees.v1"]


def test_an_absent_database_is_waited_for_once_in_a_turn_and_not_for_each_partition(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = bench.service().worker().worker
    turn = worker._turn
    tries: list[int] = []
    away = threading.Event()
    away.set()
    handle = Handling.handle

    def turned(*arguments) -> None:
        tries.append(0)
        turn(*arguments)

    def tried(self: Handling, records, **named) -> None:
        if away.is_set():
            tries[-1] += 1
            raise ServerSelectionTimeoutError
        handle(self, records, **named)

    monkeypatch.setattr(worker, "_turn", turned)
    monkeypatch.setattr(Handling, "handle", tried)
    with bench.running(workers=0):
        publish_many(bench, range(40))
        eventually(lambda: bench.database["outbox"].count_documents({"pending": True}) == 0)
    with carried_on(bench, worker):
        eventually(lambda: len(worker._backoffs) == 6 and sum(tries) > 3)
        away.clear()
        eventually(lambda: notes(bench) == 40)
    assert max(tries) == 1


def test_a_database_that_answers_and_fails_for_one_message_all_the_same_counts_as_its_handler_failing(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumer, "_PATIENCE_SECONDS", 1.0)

    def crowded(transaction: Transaction, message: Message) -> None:
        assert message.data is not None
        if message.data["source_registration_id"] == "W-0":
            raise Unavailable("Too many writers want the same thing at once.")
        note_attendee(transaction, message)

    bench.on_attendee = crowded
    with bench.running():
        publish_many(bench, range(3), key="one-key")
        eventually(lambda: notes(bench) == 2)
    assert bench.database["dead"].count_documents({"state": "parked", "attempts": 3}) == 1


def test_messages_that_the_broker_no_longer_has_are_reported_and_those_it_has_are_handled(bench: Bench) -> None:
    worker, gaps = bench.service().worker().worker, metrics.OFFSETS_OUT_OF_RANGE.labels("attendees.v1")._value
    group, before = f"{bench.settings.topic_prefix}events", gaps.get()
    with carried_on(bench, worker):
        publish_many(bench, range(3), key="one-key")
        eventually(lambda: notes(bench) == 3)
    came_to = stored(bench, group)
    with bench.running(workers=0):
        publish_many(bench, range(3, 6), key="one-key")
        eventually(lambda: bench.database["outbox"].count_documents({"pending": True}) == 0)
    row = bench.database["outbox"].find_one({"version": 5})
    removed = TopicPartition(bench.settings.topic("attendees.v1"), row["settled"]["partition"])
    admin = topics.connect(bench.settings)
    admin.delete_records({removed: row["settled"]["offset"]})
    admin.close()
    with carried_on(bench, bench.service().worker().worker):
        eventually(lambda: notes(bench) == 5)
        eventually(lambda: stored(bench, group) > came_to)
    assert gaps.get() == before + 1
    assert bench.database["notes"].count_documents({"registration": "W-3"}) == 0


def test_a_worker_whose_name_another_process_took_ends_instead_of_working_beside_it(bench: Bench) -> None:
    named = dataclasses.replace(bench.settings, instance="the-same")
    bench.foundation = dataclasses.replace(bench.foundation, settings=named)
    first, second = bench.service().worker(), bench.service().worker()
    with carried_on(bench, first) as ends:
        publish_many(bench, range(10))
        eventually(lambda: notes(bench) == 10)
        with carried_on(bench, second):
            eventually(second.worker.joined.is_set)
            numbers = itertools.count(100)

            def ended() -> bool:
                number = next(numbers)
                publish_many(bench, range(number, number + 1))
                return bool(ends)

            eventually(ended)
    assert isinstance(ends[0], FencedInstanceIdError)


def test_without_cooperation_what_waits_of_a_partition_is_handled_after_a_rebalance_that_leaves_it_here(
    topics_of: Callable[[], Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    """All partitions are revoked then, and those that come back are still paused, and read up to behind what waits."""
    monkeypatch.setattr(consumer, "_LONGEST_PAUSE", 0.5)
    settings = topics_of()
    eager = dataclasses.replace(settings, kafka=dataclasses.replace(settings.kafka, transactions=False))
    bench, crowded = Bench(eager, "events"), [True]

    def note_if_it_can(transaction: Transaction, message: Message) -> None:
        if crowded:
            raise Unavailable("Too many writers want the same thing at once.")
        note_attendee(transaction, message)

    bench.on_attendee = note_if_it_can
    first, second = bench.service().worker().worker, bench.service().worker().worker
    with closing(bench.foundation), carried_on(bench, first):
        publish_many(bench, range(40))
        eventually(lambda: len(first._backoffs) == DEFAULT_PARTITIONS)
        with carried_on(bench, second):
            eventually(second.joined.is_set)
            crowded.clear()
            eventually(lambda: notes(bench) == 40)


def test_where_the_broker_lost_the_end_of_its_log_the_group_goes_back_to_where_it_parted(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or whoever starts next would miss what was written since below the place that was stored before."""
    group, poll, lost = f"{bench.settings.topic_prefix}events", KafkaConsumer.poll, []
    worker = bench.service().worker().worker

    def poll_a_shorter_log(self: KafkaConsumer, *arguments, **named) -> object:
        if lost and not worker._stopping.is_set():
            worker.stop()
            raise LogTruncationError(dict(lost))
        return poll(self, *arguments, **named)

    monkeypatch.setattr(KafkaConsumer, "poll", poll_a_shorter_log)
    with carried_on(bench, worker):
        publish_many(bench, range(3), key="one-key")
        eventually(lambda: notes(bench) == 3 and stored(bench, group) >= 3)
        sent = bench.database["outbox"].find_one({"key": "one-key", "settled": {"$exists": True}})
        place = TopicPartition(bench.settings.topic("attendees.v1"), sent["settled"]["partition"])
        lost.append((place, OffsetAndMetadata(1, "", -1)))
        eventually(worker._stopping.is_set)
    assert stored(bench, group) == 1


def test_a_member_whose_heartbeat_has_stopped_joins_anew(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    joined: list[KafkaConsumer] = []
    connect = Worker._connect

    def remember(worker: Worker) -> KafkaConsumer:
        joined.append(connect(worker))
        return joined[-1]

    monkeypatch.setattr(Worker, "_connect", remember)
    monkeypatch.setattr(membership, "_SESSIONS", 0.4)
    role = bench.service().worker()
    with carried_on(bench, role):
        assert role.worker.joined.wait(30)
        joined[0]._coordinator._disable_heartbeat()
        eventually(lambda: len(joined) == 2 and role.worker.joined.is_set())
        publish_many(bench, range(3))
        eventually(lambda: notes(bench) == 3)
    assert len(joined) == 2


def test_an_idle_worker_waits_whatever_the_broker_does_with_an_empty_fetch(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[None] = []
    look = KafkaConsumer._poll_once

    def counted(*arguments: Any, **options: Any) -> Any:
        looks.append(None)
        return look(*arguments, **options)

    monkeypatch.setattr(KafkaConsumer, "_poll_once", counted)
    role = bench.service().worker()
    with carried_on(bench, role):
        publish_many(bench, range(3))
        eventually(lambda: notes(bench) == 3)
        looks.clear()
        time.sleep(2)
        idle = len(looks)
        publish_many(bench, range(3, 6))
        eventually(lambda: notes(bench) == 6)
    assert 0 < idle < 200
