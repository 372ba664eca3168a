"""Leases, and what a holder that was paused too long can still do: nothing."""

import threading
import time

import pymongo
import pytest
from pymongo import MongoClient
from pymongo.errors import OperationFailure

from shared.messaging import lease
from shared.messaging.lease import Lease, LeaseLost
from shared.messaging.relay import Relay
from shared.settings import Settings
from shared.storage import connect, run_transaction
from shared.storage.transaction import in_session
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


def test_who_hangs_in_a_transaction_keeps_nobody_waiting_once_the_lease_is_over(client, settings: Settings) -> None:
    """MongoDB by itself keeps its locks for a minute or more."""
    leases = collection(client, settings)
    with client.start_session() as session:
        hung = lease.acquire(leases, "slot", "a", 0.05, session)
        assert hung is not None
        session.start_transaction()
        hung.confirm(session)
        with pymongo.timeout(20):
            eventually(lambda: lease.acquire(leases, "slot", "b", 30) is not None)
        with pytest.raises(OperationFailure):
            session.commit_transaction()
        with pytest.raises(LeaseLost), in_session(session):  # which itself can be gone on with
            run_transaction(client, hung.confirm)


def expire(leases) -> None:
    leases.update_one({"_id": "slot"}, [{"$set": {"expires_at": "$$NOW"}}])


def test_a_write_that_does_not_see_the_take_over_before_it_fails_all_the_same(client, settings: Settings) -> None:
    """Its snapshot still shows the old holder: to read the lease would not be enough."""
    leases = collection(client, settings)
    held = lease.acquire(leases, "slot", "a", 30)
    assert held is not None
    expire(leases)
    attempts: list[Lease | None] = []

    def write(session) -> None:
        seen = leases.find_one({"_id": "slot"}, session=session)
        if not attempts:
            attempts.append(lease.acquire(leases, "slot", "b", 30))
            assert attempts[0] is not None
            assert leases.find_one({"_id": "slot"}, session=session) == seen
        held.confirm(session)

    with pytest.raises(LeaseLost):
        run_transaction(client, write)
    assert leases.find_one({"_id": "slot"})["owner"] == "b"


def test_a_take_over_waits_for_the_write_that_confirmed_before_it(client, settings: Settings) -> None:
    leases = collection(client, settings)
    leases.database["written"].insert_one({"_id": "before"})
    held = lease.acquire(leases, "slot", "a", 30)
    assert held is not None
    expire(leases)
    found: list[object] = []

    def take_over() -> None:
        while lease.acquire(leases, "slot", "b", 30) is None:
            time.sleep(0.05)
        found.extend(written["_id"] for written in leases.database["written"].find())

    thread = threading.Thread(target=take_over)

    def write(session) -> None:
        held.confirm(session)
        leases.database["written"].insert_one({"_id": "under the lease"}, session=session)
        if thread.ident is None:
            thread.start()
        thread.join(0.5)
        assert thread.is_alive(), "the lease passed on beside an open write under it"

    run_transaction(client, write)
    thread.join(30)
    assert found == ["before", "under the lease"]


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
