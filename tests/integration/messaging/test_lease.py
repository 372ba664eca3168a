"""Leases, and what a holder that was paused too long can still do: nothing."""

import threading
import time

import pytest
from pymongo import MongoClient

from shared.messaging import lease
from shared.messaging.lease import Lease, LeaseLost
from shared.messaging.relay import Relay
from shared.settings import Settings
from shared.storage import connect, run_transaction
from tests.integration.messaging.conftest import Bench, eventually, member


@pytest.fixture
def client(settings: Settings) -> MongoClient[dict[str, object]]:
    client = connect(settings)
    yield client
    client.close()


def collection(client: MongoClient[dict[str, object]], settings: Settings):
    return client[settings.database_name("events")][lease.COLLECTION]


def test_of_many_who_ask_at_once_one_gets_the_lease(client, settings: Settings) -> None:
    leases = collection(client, settings)
    taken: list[Lease] = []
    barrier = threading.Barrier(12)

    def ask(number: int) -> None:
        barrier.wait()
        if (found := lease.acquire(leases, "slot", f"owner-{number}", 30)) is not None:
            taken.append(found)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == 1


def test_a_released_lease_is_free_at_once_and_its_next_epoch_is_higher(client, settings: Settings) -> None:
    leases = collection(client, settings)
    first = lease.acquire(leases, "slot", "a", 30)
    assert first is not None
    assert lease.acquire(leases, "slot", "b", 30) is None
    first.release()
    second = lease.acquire(leases, "slot", "b", 30)
    assert second is not None
    assert second.epoch > first.epoch


def test_a_holder_whose_lease_passed_on_can_neither_renew_it_nor_write_under_it(client, settings: Settings) -> None:
    leases = collection(client, settings)
    paused = lease.acquire(leases, "slot", "a", 0.05)
    assert paused is not None
    eventually(lambda: lease.acquire(leases, "slot", "b", 30) is not None)
    assert not paused.alive()
    assert not paused.renew()
    with pytest.raises(LeaseLost):
        run_transaction(client, paused.confirm)


def test_a_change_of_holder_and_a_write_under_the_old_lease_never_both_commit(client, settings: Settings) -> None:
    leases = collection(client, settings)
    held = lease.acquire(leases, "slot", "a", 0.2)
    assert held is not None
    confirmed = threading.Event()
    passed_on: list[Lease | None] = []

    def write(session) -> None:
        held.confirm(session)
        confirmed.set()
        time.sleep(0.6)  # the lease runs out while the transaction is open

    def take_over() -> None:
        confirmed.wait()
        time.sleep(0.3)
        passed_on.append(lease.acquire(leases, "slot", "b", 30))

    thread = threading.Thread(target=take_over)
    thread.start()
    run_transaction(client, write)
    thread.join()
    document = leases.find_one({"_id": "slot"})
    # The successor waited for the write it conflicted with, or came after it: its epoch is the later one.
    assert document["epoch"] == (passed_on[0].epoch if passed_on[0] else held.epoch)


def test_a_relay_that_lost_its_slot_cannot_settle_what_it_sent(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """The successor sends it again under the same id, which readers know."""
    sent, go_on = threading.Event(), threading.Event()
    settle = Relay._settle

    def stalled(self: Relay, held: Lease, rows, placed) -> None:
        if not sent.is_set():
            self._database[lease.COLLECTION].update_one({"_id": held.name}, {"$inc": {"epoch": 1}})
            sent.set()
            go_on.wait(30)
        settle(self, held, rows, placed)

    monkeypatch.setattr(Relay, "_settle", stalled)
    key = "the-key"
    with bench.running():
        bench.publish("member.registered.v1", key, 1, member("018f0000-0000-7000-8000-000000000000"))
        assert sent.wait(30)
        assert bench.database["outbox"].count_documents({"pending": True}) == 1
        bench.database[lease.COLLECTION].update_many({}, [{"$set": {"expires_at": "$$NOW"}}])
        go_on.set()
        eventually(lambda: bench.database["outbox"].count_documents({"pending": True}) == 0)
        eventually(lambda: bench.database["copies"].count_documents({"_id": key}) == 1)
    assert bench.database["copies"].find_one({"_id": key})["applied"] == [1]
