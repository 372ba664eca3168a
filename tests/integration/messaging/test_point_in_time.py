"""A backup taken while everybody writes, and the oplog up to a chosen moment, put back on another database server."""

import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient

from cli.embedded.standalone import running_mongodb
from shared.ids import new_id
from shared.messaging import outbox
from shared.messaging.unit_of_work import Transaction
from shared.service import Foundation, lay
from shared.settings import Settings
from shared.storage.migrations import existence, migrate
from tests.integration.messaging import snapshots
from tests.integration.messaging.conftest import eventually, member

ACKNOWLEDGED_BEFORE, ACKNOWLEDGED_AFTER = 20, 20


class Writers:
    """Two who change people and tell of it, and note each change that was acknowledged."""

    def __init__(self, ground: Foundation) -> None:
        self._ground = ground
        self._stopping = threading.Event()
        self._threads = [threading.Thread(target=self._run) for _ in range(2)]
        self.between_writes = threading.Lock()
        """Held by whoever wants to know what is acknowledged while nobody writes."""
        self.acknowledged: Counter[str] = Counter()
        """The version of each."""

    def __enter__(self) -> "Writers":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join()

    def _run(self) -> None:
        keys = [new_id() for _ in range(3)]
        while not self._stopping.is_set():
            for key in keys:
                with self.between_writes:
                    version = self.acknowledged[key] + 1
                    self._ground.unit_of_work.run(_change(key, version), tenant="acme")
                    self.acknowledged[key] = version


def _change(key: str, version: int) -> Any:
    def change(transaction: Transaction) -> None:
        people = transaction.database["people"]
        people.update_one({"_id": key}, {"$set": {"version": version}}, upsert=True, session=transaction.session)
        transaction.publish("member.updated.v1", key=key, version=version, data=member(key))

    return change


@pytest.fixture
def ground(settings: Settings) -> Iterator[Foundation]:
    ground = lay(settings, "profiles")
    migrate(ground.database, (*outbox.INDEXES, existence("people")))
    yield ground
    ground.client.drop_database(ground.database)
    ground.close()


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[MongoClient[Any]]:
    """Another server, with nothing on it."""
    with running_mongodb(tmp_path / "elsewhere") as uri, MongoClient[Any](uri, tz_aware=True) as client:
        yield client


def test_a_chosen_moment_has_every_write_that_was_acknowledged_until_then_and_none_of_later(
    ground: Foundation, elsewhere: MongoClient[Any]
) -> None:
    with Writers(ground) as writers:

        def written(more: int, since: int = 0) -> None:
            eventually(lambda: writers.acknowledged.total() >= since + more)

        written(ACKNOWLEDGED_BEFORE)
        dump = snapshots.take(ground.database)
        written(ACKNOWLEDGED_BEFORE, since=writers.acknowledged.total())
        with writers.between_writes:
            moment, then = snapshots.last_operation(ground.client), dict(writers.acknowledged)
        written(ACKNOWLEDGED_AFTER, since=sum(then.values()))
    ground.database.drop_collection("people")

    dump.put_back(elsewhere, snapshots.operations_since(ground.client, dump, moment))

    restored = elsewhere[ground.database.name]
    assert {each["_id"]: each["version"] for each in restored["people"].find()} == then
    told = Counter(row["key"] for row in restored[outbox.COLLECTION].find({"pending": True}))
    assert told == then
    assert restored[outbox.COLLECTION].index_information() == ground.database[outbox.COLLECTION].index_information()
