"""Relays of one service share its slots, and take over what a dead one leaves."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from shared.messaging import lease, outbox
from shared.messaging.relay import Relay
from shared.messaging.share import COLLECTION, Share
from tests.integration.messaging.conftest import Bench, attendee, eventually
from tests.integration.messaging.test_journey import read_topic
from tests.integration.messaging.test_relay_fencing import KEY, standing

LEASE_SECONDS = 4.0


@contextmanager
def relay(bench: Bench) -> Iterator[None]:
    running = Relay(bench.settings, bench.foundation.client, bench.database, bench.name, lease_seconds=LEASE_SECONDS)
    thread = threading.Thread(target=running.run)
    thread.start()
    try:
        yield
    finally:
        running.stop()
        thread.join(30)
        assert not thread.is_alive()


def held(bench: Bench) -> list[int]:
    """How many slots each relay holds now."""
    held_now = {"$expr": {"$gt": ["$expires_at", "$$NOW"]}}
    return sorted(Counter(found["owner"] for found in bench.database[lease.COLLECTION].find(held_now)).values())


def publish(bench: Bench, numbers: range) -> None:
    for number in numbers:
        bench.publish("attendee.published.v1", f"key-{number % 8}", None, attendee(f"S-{number}"))


def pending(bench: Bench) -> int:
    return bench.database[outbox.COLLECTION].count_documents({"pending": True})


def test_a_second_relay_gets_its_half_and_leaves_it_again_and_no_message_minds(bench: Bench) -> None:
    with relay(bench):
        eventually(lambda: held(bench) == [4])
        publish(bench, range(16))
        with relay(bench):
            publish(bench, range(16, 32))
            eventually(lambda: held(bench) == [2, 2])
            publish(bench, range(32, 48))
        publish(bench, range(48, 64))
        eventually(lambda: held(bench) == [4])
        eventually(lambda: pending(bench) == 0)
    assert held(bench) == []
    assert bench.database[COLLECTION].count_documents({}) == 0
    found: dict[bytes, list[int]] = {}
    for record in read_topic(bench, "attendees.v1"):
        found.setdefault(record.key, []).append(int(dict(record.headers)["ce_aggregateversion"]))
    assert found == {f"key-{number}".encode(): list(range(1, 9)) for number in range(8)}


def test_the_slots_of_a_killed_relay_are_taken_with_what_it_had_in_hand(bench: Bench) -> None:
    bench.publish("attendee.published.v1", KEY, None, attendee("in-hand"))
    with relay_killed_with_a_claim_in_hand(bench), relay(bench):
        eventually(lambda: pending(bench) == 0, within_seconds=90)
        eventually(lambda: held(bench) == [4], within_seconds=90)


@contextmanager
def relay_killed_with_a_claim_in_hand(bench: Bench) -> Iterator[None]:
    with standing(bench, "before_send") as dying:
        eventually(lambda: held(bench) == [4])
        dying.kill()
        yield


def test_no_relay_may_hold_more_than_its_share_rounded_up(bench: Bench) -> None:
    relays = [Share(bench.database, f"relay-{number}", 30) for number in range(6)]
    shares: list[int] = []
    for share in relays:
        share.beat()
        shares.append(sum(share.take(slot) for slot in range(outbox.SLOTS)))
    assert shares == [4, 2, 2, 1, 1, 1]
    first = relays[0]
    first.beat()
    assert [first.surplus(slot) for slot in range(outbox.SLOTS)] == [True, True, True, False]
    for share in relays[1:]:
        share.leave()
    first.beat()
    assert all(first.take(slot) for slot in range(outbox.SLOTS))


def test_a_relay_holds_nothing_before_it_knows_of_the_others(bench: Bench) -> None:
    assert not Share(bench.database, "new", 30).take(0)
