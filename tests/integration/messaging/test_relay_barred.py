"""A message that the broker refuses for good bars its own key, and nothing else."""

import threading
from contextlib import closing
from typing import Any

import pytest
from kafka import KafkaProducer
from kafka.admin import ConfigResource
from kafka.errors import KafkaTimeoutError, MessageSizeTooLargeError
from pymongo.client_session import ClientSession

from shared.clock import SystemClock
from shared.errors import NotFound
from shared.messaging import backlog, barred, claim, outbox, topics
from shared.messaging.carrier import Carrier
from shared.messaging.relay import Relay
from shared.storage import run_transaction
from tests.integration.messaging.conftest import Bench, attendee, eventually
from tests.integration.messaging.test_journey import raw_producer, read_topic

TOPIC = "attendees.v1"
LARGEST = 2000
CULPRIT = "the-culprit"
SAME_SLOT = [
    key for key in (f"key-{n}" for n in range(200)) if outbox.slot_of(TOPIC, key) == outbox.slot_of(TOPIC, CULPRIT)
]


@pytest.fixture
def narrow(bench: Bench) -> Bench:
    """The broker takes less on the topic than we do: somebody changed it behind our back."""
    limit(bench, LARGEST)
    for partition in range(6):
        eventually(lambda partition=partition: refuses(bench, partition))
    return bench


def refuses(bench: Bench, partition: int) -> bool:
    """Whether the broker has heard of its new limit."""
    with closing(raw_producer(bench)) as producer:
        return refused_by(producer, bench.settings.topic(TOPIC), partition)


def refused_by(producer: KafkaProducer, topic: str, partition: int) -> bool:
    try:
        producer.send(topic, value=b"x" * 2 * LARGEST, partition=partition).get(timeout=10)
    except MessageSizeTooLargeError:
        return True
    return False


def limit(bench: Bench, largest: int) -> None:
    admin = topics.connect(bench.settings)
    try:
        admin.alter_configs([ConfigResource("TOPIC", bench.settings.topic(TOPIC), {"max.message.bytes": str(largest)})])
    finally:
        admin.close()


def publish(bench: Bench, key: str, registration: str, *, large: bool = False) -> str:
    answers = {"COMMENT": "x" * LARGEST} if large else {}
    return bench.publish("attendee.published.v1", key, None, {**attendee(registration), "answers": answers})


def pending(bench: Bench) -> int:
    return bench.database[outbox.COLLECTION].count_documents({"pending": True})


def sent(bench: Bench) -> dict[str, list[int]]:
    """The versions on the log, by key; without repetitions where the broker has no transactions to hide them."""
    found: dict[str, list[int]] = {}
    seen: set[bytes] = set()
    for record in read_topic(bench, TOPIC):
        if record.key is None:
            continue  # sent to see whether it is refused
        headers = dict(record.headers)
        if headers["ce_id"] not in seen or bench.settings.kafka.transactions:
            found.setdefault(record.key.decode(), []).append(int(headers["ce_aggregateversion"]))
        seen.add(headers["ce_id"])
    return found


def test_the_culprit_is_found_among_many_and_every_other_key_flows(narrow: Bench) -> None:
    for key in SAME_SLOT[:9]:
        publish(narrow, key, f"{key}-1")
    publish(narrow, CULPRIT, "C-1")
    refused = publish(narrow, CULPRIT, "C-2", large=True)
    publish(narrow, CULPRIT, "C-3")
    for key in SAME_SLOT[:9]:
        publish(narrow, key, f"{key}-2")
    with narrow.running(workers=0):
        eventually(lambda: pending(narrow) == 0)
        publish(narrow, CULPRIT, "C-4")
        publish(narrow, SAME_SLOT[0], "later")
        eventually(lambda: pending(narrow) == 0)
    assert sent(narrow) == {CULPRIT: [1], SAME_SLOT[0]: [1, 2, 3], **{key: [1, 2] for key in SAME_SLOT[1:9]}}
    (shown,) = barred.listed(narrow.database, limit=10)
    assert (shown.id, shown.topic, shown.key, shown.behind) == (refused, TOPIC, CULPRIT, 2)
    assert shown.type == "org.ithaca.attendee.published.v1"
    assert "MessageSizeTooLarge" in shown.reason


def test_what_is_tried_again_once_the_cause_is_mended_goes_first_and_those_behind_it_follow(narrow: Bench) -> None:
    refused = publish(narrow, CULPRIT, "C-1", large=True)
    for number in range(2, 6):
        publish(narrow, CULPRIT, f"C-{number}")
    with narrow.running(workers=0):
        eventually(lambda: backlog.read(narrow.database, SystemClock().now()).behind == 4)
        limit(narrow, 1024 * 1024)
        narrow.foundation.unit_of_work.run(lambda transaction: barred.try_again(transaction, refused), tenant="acme")
        publish(narrow, CULPRIT, "C-6")
        # The broker may take a while to hear of its new limit; until then the key is barred anew.
        eventually(lambda: sent(narrow) == {CULPRIT: [1, 2, 3, 4, 5, 6]} or lift_again(narrow))
    assert narrow.database[outbox.COLLECTION].count_documents({"behind": True}) == 0


def lift_again(bench: Bench) -> bool:
    for row in barred.listed(bench.database, limit=1):
        bench.foundation.unit_of_work.run(
            lambda transaction, row=row: barred.try_again(transaction, row.id), tenant="acme"
        )
    return False


def test_a_message_tried_again_in_vain_bars_its_key_again(narrow: Bench) -> None:
    refused = publish(narrow, CULPRIT, "C-1", large=True)
    publish(narrow, CULPRIT, "C-2")
    with narrow.running(workers=0):
        eventually(lambda: backlog.read(narrow.database, SystemClock().now()).behind == 1)
        (first,) = barred.listed(narrow.database, limit=10)
        lift_again(narrow)
        eventually(lambda: backlog.read(narrow.database, SystemClock().now()).behind == 1)
    (again,) = barred.listed(narrow.database, limit=10)
    assert again.id == refused
    assert again.since > first.since
    assert sent(narrow) == {}


def test_a_dropped_message_lets_those_behind_it_go_and_keeps_nothing_of_what_it_carried(narrow: Bench) -> None:
    refused = publish(narrow, CULPRIT, "C-1", large=True)
    publish(narrow, CULPRIT, "C-2")
    with narrow.running(workers=0):
        eventually(lambda: backlog.read(narrow.database, SystemClock().now()).behind == 1)
        narrow.foundation.unit_of_work.run(lambda transaction: barred.drop(transaction, refused), tenant="acme")
        eventually(lambda: sent(narrow) == {CULPRIT: [2]})
        eventually(lambda: pending(narrow) == 0)
    row = narrow.database[outbox.COLLECTION].find_one({"_id": refused})
    assert {"value", "headers", "barred"}.isdisjoint(row)
    assert row["expire_at"] > row["dropped_at"]
    with pytest.raises(NotFound):
        narrow.foundation.unit_of_work.run(lambda transaction: barred.drop(transaction, refused), tenant="acme")


def test_what_the_client_cannot_even_write_is_refused_too(bench: Bench) -> None:
    publish(bench, SAME_SLOT[0], "ahead")
    bench.database[outbox.COLLECTION].insert_one(
        outbox.raw_row(TOPIC, CULPRIT, 1, [("x-empty", None)], b"{}", SystemClock().now())  # type: ignore[list-item]
    )
    with bench.running(workers=0):
        eventually(lambda: pending(bench) == 0)
    assert sent(bench) == {SAME_SLOT[0]: [1]}
    assert [row.key for row in barred.listed(bench.database, limit=10)] == [CULPRIT]


def test_a_broker_that_does_not_answer_in_time_bars_nothing(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    attempts: list[int] = []
    commit = Carrier._commit

    def late(self: Carrier, deadline: float) -> None:
        attempts.append(1)
        if len(attempts) < 3:
            raise KafkaTimeoutError
        commit(self, deadline)

    monkeypatch.setattr(Carrier, "_commit", late)
    publish(bench, CULPRIT, "C-1")
    with bench.running(workers=0):
        eventually(lambda: pending(bench) == 0)
    assert barred.listed(bench.database, limit=10) == []
    assert sent(bench) == {CULPRIT: [1]}


def test_ten_thousand_rows_behind_a_barred_key_do_not_stand_in_the_way_of_the_others(narrow: Bench) -> None:
    refused = publish(narrow, CULPRIT, "C-1", large=True)
    now = SystemClock().now()
    narrow.database[outbox.COLLECTION].insert_many(
        [outbox.raw_row(TOPIC, CULPRIT, version, [], b"{}", now) for version in range(2, 10_002)]
    )
    publish(narrow, SAME_SLOT[0], "after them all")
    with narrow.running(workers=0):
        eventually(lambda: SAME_SLOT[0] in sent(narrow), within_seconds=120)
        eventually(lambda: pending(narrow) == 0, within_seconds=120)
    assert CULPRIT not in sent(narrow)
    (shown,) = barred.listed(narrow.database, limit=10)
    assert (shown.id, shown.behind) == (refused, 10_000)
    found = claim.read(narrow.foundation.client, narrow.database, outbox.slot_of(TOPIC, CULPRIT))
    assert (found.rows, found.behind) == ((), ())


def test_a_row_set_aside_while_its_bar_is_lifted_never_waits_for_nothing(bench: Bench) -> None:
    """Both write the barred row: whoever comes second starts anew and sees what the first did."""
    identifier, late = publish(bench, CULPRIT, "C-1"), publish(bench, CULPRIT, "C-2")
    rows, client = bench.database[outbox.COLLECTION], bench.foundation.client
    row = rows.find_one({"_id": identifier})
    run_transaction(client, lambda session: barred.bar(bench.database, session, row, "refused", SystemClock().now()))
    aside, lifted, tries = threading.Event(), threading.Event(), []

    def set_aside(session: ClientSession) -> None:
        tries.append(session)
        if len(tries) == 1:
            rows.find_one({"_id": identifier}, session=session)  # the snapshot still shows the bar
            aside.set()
            assert lifted.wait(30)
        barred.set_aside(bench.database, session, [identifier], [{"_id": late}])

    def lift() -> None:
        assert aside.wait(30)
        bench.foundation.unit_of_work.run(lambda transaction: barred.try_again(transaction, identifier), tenant="a")
        lifted.set()

    thread = threading.Thread(target=lift)
    thread.start()
    with pytest.raises(barred.NotBarred):
        run_transaction(client, set_aside)
    thread.join()
    assert len(tries) == 2
    assert pending(bench) == 2


def test_a_relay_that_lost_its_slot_bars_nothing(narrow: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it was told is its successor's to hear."""
    publish(narrow, CULPRIT, "C-1", large=True)
    bar, lost = Relay._bar, []

    def too_late(self: Relay, held: Any, *arguments: Any) -> None:
        if not lost:
            narrow.database["leases"].update_one({"_id": held.name}, {"$inc": {"epoch": 1}})
            lost.append(held.name)
            with pytest.raises(Exception, match=held.name):
                bar(self, held, *arguments)
            lost.append(barred.listed(narrow.database, limit=1))
            narrow.database["leases"].update_one({"_id": held.name}, [{"$set": {"expires_at": "$$NOW"}}])
            return
        bar(self, held, *arguments)

    monkeypatch.setattr(Relay, "_bar", too_late)
    with narrow.running(workers=0):
        eventually(lambda: len(barred.listed(narrow.database, limit=2)) == 1)
    assert lost[1] == []


def test_the_backlog_tells_of_each_slot_how_long_its_oldest_message_waits(bench: Bench) -> None:
    now = SystemClock().now()
    assert backlog.read(bench.database, now) == backlog.Backlog(0, 0, 0, dict.fromkeys(range(outbox.SLOTS), 0.0))
    publish(bench, CULPRIT, "C-1")
    publish(bench, CULPRIT, "C-2")
    oldest = bench.database[outbox.COLLECTION].find_one({"key": CULPRIT, "version": 1})
    slot = outbox.slot_of(TOPIC, CULPRIT)
    found = backlog.read(bench.database, SystemClock().now())
    assert found.pending == 2
    assert found.oldest_seconds[slot] >= (now - oldest["created_at"]).total_seconds()
    assert [each for each, age in found.oldest_seconds.items() if age > 0] == [slot]


def test_barred_rows_are_listed_page_by_page(bench: Bench) -> None:
    identifiers = [publish(bench, key, key) for key in SAME_SLOT[:5]]

    def bar_all(session: ClientSession) -> None:
        for row in bench.database[outbox.COLLECTION].find({}, session=session):
            barred.bar(bench.database, session, row, "refused", SystemClock().now())

    run_transaction(bench.foundation.client, bar_all)
    pages: list[str] = []
    while page := barred.listed(bench.database, limit=2, after=pages[-1] if pages else None):
        pages.extend(row.id for row in page)
    assert pages == identifiers
