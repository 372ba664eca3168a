"""How far a group is behind, asked of the broker."""

import time

from shared.ids import new_id
from shared.messaging import lag
from shared.messaging.lag import PartitionLag
from tests.integration.messaging.conftest import Bench, attendee, eventually, member


def behind(bench: Bench) -> list[PartitionLag]:
    found = lag.of_group(bench.settings, "events", ["attendees.v1", "members.v1"], within_seconds=30)
    assert [(one.topic, one.partition) for one in found] == sorted((one.topic, one.partition) for one in found)
    assert len(found) == 12
    return [one for one in found if one.messages]


def test_a_group_is_behind_by_what_it_has_not_handled_and_for_as_long_as_the_oldest_waits(bench: Bench) -> None:
    assert behind(bench) == []
    before = time.time()
    with bench.running(workers=0):
        for number in range(3):
            bench.publish("attendee.published.v1", "one-key", None, attendee(f"L-{number}"))
        eventually(lambda: bench.database["outbox"].count_documents({"pending": True}) == 0)
    [found] = behind(bench)
    assert found.committed is None
    assert found.messages == found.end >= 3
    assert found.seconds is not None
    assert 0 <= found.seconds <= time.time() - before + 1

    with bench.running(relays=0):
        eventually(lambda: bench.database["notes"].count_documents({}) == 3)
    # The mark of the transaction stands behind the last message, and is no message.
    assert behind(bench) == []

    with bench.running(workers=0):
        identifier = new_id()
        bench.publish("member.registered.v1", identifier, 1, member(identifier))
        eventually(lambda: bench.database["outbox"].count_documents({"pending": True}) == 0)
    assert [one.topic for one in behind(bench)] == ["members.v1"]


def test_asking_leaves_no_trace_in_the_group(bench: Bench) -> None:
    with bench.running(workers=0):
        bench.publish("attendee.published.v1", "one-key", None, attendee("L-1"))
        eventually(lambda: bench.database["outbox"].count_documents({"pending": True}) == 0)
    assert [one.committed for one in behind(bench)] == [one.committed for one in behind(bench)] == [None]
    with bench.running(relays=0):
        eventually(lambda: bench.database["notes"].count_documents({}) == 1)
