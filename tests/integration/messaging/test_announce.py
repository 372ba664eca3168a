"""Facts announced again: on the log in order, passed over by who knows them, enough for who knows nothing."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest

from shared.ids import new_id
from shared.messaging import announce as announce_module
from shared.messaging.announce import Facts, announce
from shared.messaging.unit_of_work import Transaction
from shared.settings import Settings
from shared.storage import Repository
from tests.integration.messaging.conftest import Bench, copy_member, eventually, member
from tests.integration.messaging.test_journey import read_topic


@dataclass(frozen=True, slots=True)
class Person:
    id: str
    tenant: str
    version: int
    updated_at: datetime
    family_name: str = "Okafor"


class Registry(Bench):
    """A service that owns people, and copies what it tells of them."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings, "events")
        self.people = Repository(self.database["people"], Person, "person")

    def make(self, identifier: str, tenant: str = "acme") -> None:
        def work(transaction: Transaction) -> None:
            person = Person(identifier, tenant, 1, transaction.now)
            self.people.insert(transaction.session, person)
            self._tell(transaction, person)

        self.foundation.unit_of_work.run(work, tenant=tenant)

    def rename(self, identifier: str, name: str) -> None:
        self.foundation.unit_of_work.run(lambda transaction: self._rename(transaction, identifier, name), tenant="acme")

    def _rename(self, transaction: Transaction, identifier: str, name: str) -> None:
        person = self.people.get(transaction.tenant, identifier, transaction.session)
        changed = Person(person.id, person.tenant, person.version, transaction.now, name)
        self._tell(transaction, self.people.save(transaction.session, changed))

    def _tell(self, transaction: Transaction, person: Person, *, again: bool = False) -> None:
        data = member(person.id, person.family_name)
        transaction.publish("member.updated.v1", key=person.id, version=person.version, data=data, again=again)

    def facts(self, before_telling: Callable[[], None] = lambda: None) -> Facts:
        def again(transaction: Transaction, identifier: str) -> bool:
            person = self.people.hold(transaction.session, transaction.tenant, identifier)
            if person is None:
                return False
            before_telling()
            self._tell(transaction, person, again=True)
            return True

        return Facts("members.v1", "people", again)

    def announce(self, before_telling: Callable[[], None] = lambda: None) -> int:
        return announce(self.foundation.unit_of_work, self.facts(before_telling), lambda *_: None)

    def on_the_log(self, key: str) -> list[tuple[int, str]]:
        """The versions and ids of the key's messages, in the order of the log."""
        found = []
        for record in read_topic(self, "members.v1"):
            headers = dict(record.headers)
            if record.key.decode() == key:
                found.append((int(headers["ce_aggregateversion"]), headers["ce_id"].decode()))
        return found

    def settled(self) -> bool:
        return self.database["outbox"].count_documents({"pending": True}) == 0


@pytest.fixture
def bench(topics_of: Callable[[], Settings]) -> Iterator[Registry]:
    bench = Registry(topics_of())
    yield bench
    bench.foundation.close()


def test_everything_is_announced_at_the_same_version_under_a_new_id_and_changes_nothing_for_who_knows_it(
    bench: Registry,
) -> None:
    keys = [new_id() for _ in range(5)]
    with bench.running():
        for key in keys:
            bench.make(key, tenant="acme" if key != keys[0] else "other")
        bench.rename(keys[1], "Lindqvist")
        eventually(lambda: bench.database["copies"].count_documents({}) == 5)
        eventually(lambda: bench.database["copies"].find_one({"_id": keys[1]})["version"] == 2)
        before = list(bench.database["copies"].find().sort("_id", 1))
        assert bench.announce() == 5
        assert bench.announce() == 5
        eventually(bench.settled)
        # Behind the snapshots comes a change, so that what the worker did with them has been done.
        for key in keys:
            bench.rename(key, "Later") if key != keys[0] else None
        eventually(lambda: bench.database["copies"].count_documents({"data.family_name": "Later"}) == 4)
    assert [version for version, _ in bench.on_the_log(keys[1])] == [1, 2, 2, 2, 3]
    assert len({identifier for _, identifier in bench.on_the_log(keys[1])}) == 5
    for was in before:
        now = bench.database["copies"].find_one({"_id": was["_id"]})
        assert now["applied"][: len(was["applied"])] == was["applied"]
        assert len(now["applied"]) - len(was["applied"]) == (0 if was["_id"] == keys[0] else 1)
    rows = bench.database["outbox"].find({"key": keys[0]}).sort("ordinal", 1)
    assert [(row["version"], row["ordinal"]) for row in rows] == [(1, 0), (1, 1), (1, 2)]


def test_a_snapshot_goes_out_behind_what_still_waits_and_is_announced_though_its_first_telling_is_forgotten(
    bench: Registry,
) -> None:
    waiting, forgotten = new_id(), new_id()
    bench.make(waiting)
    bench.make(forgotten)
    bench.database["outbox"].delete_many({"key": forgotten})
    bench.rename(waiting, "Lindqvist")
    assert bench.announce() == 2
    with bench.running(workers=0):
        eventually(bench.settled)
    assert [version for version, _ in bench.on_the_log(waiting)] == [1, 2, 2]
    assert [version for version, _ in bench.on_the_log(forgotten)] == [1]


def test_a_change_at_the_same_moment_ends_as_the_last_of_its_key_on_the_log(bench: Registry) -> None:
    """The change commits after the announcing has read the person: it then reads, and tells, the newer version."""
    key, changed = new_id(), threading.Event()
    bench.make(key)

    def change_meanwhile() -> None:
        if not changed.is_set():
            thread = threading.Thread(target=bench.rename, args=(key, "Lindqvist"))
            thread.start()
            changed.set()
            # It cannot get through while the person is held, and must not be lost either.
            thread.join(0.5)
            threads.append(thread)

    threads: list[threading.Thread] = []
    with bench.running(workers=0):
        assert bench.announce(change_meanwhile) == 1
        for thread in threads:
            thread.join(30)
        eventually(bench.settled)
    assert [version for version, _ in bench.on_the_log(key)] == [1, 1, 2]


def test_a_change_that_came_before_the_hold_is_what_is_announced(
    bench: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = new_id()
    bench.make(key)
    hold, raced = bench.people.hold, []

    def overtaken(session: Any, tenant: str, identifier: str) -> Person | None:
        if not raced:
            # The snapshot of the transaction is taken by its first read; the change commits behind it.
            bench.database["people"].find_one({"_id": identifier}, session=session)
            raced.append(identifier)
            bench.rename(identifier, "Lindqvist")
        return hold(session, tenant, identifier)

    monkeypatch.setattr(bench.people, "hold", overtaken)
    with bench.running(workers=0):
        assert bench.announce() == 1
        eventually(bench.settled)
    assert [version for version, _ in bench.on_the_log(key)] == [1, 2, 2]


def test_more_than_a_page_is_announced_with_progress(bench: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(announce_module, "_AT_ONCE", 2)
    for _ in range(5):
        bench.make(new_id())
    seen: list[tuple[int, int]] = []
    assert announce(bench.foundation.unit_of_work, bench.facts(), lambda *told: seen.append(told)) == 5
    assert seen == [(2, 5), (4, 5), (5, 5)]


def test_a_reader_who_knows_nothing_gets_everything_from_a_log_that_was_emptied(
    bench: Registry, topics_of: Callable[[], Settings]
) -> None:
    keys = [new_id() for _ in range(4)]
    for key in keys:
        bench.make(key)
    bench.rename(keys[0], "Lindqvist")
    bench.database["outbox"].delete_many({})  # as if it had all been sent long ago, to topics that are gone
    bench.on_member = copy_member
    bench.announce()
    with bench.running():
        eventually(lambda: bench.database["copies"].count_documents({}) == 4)
    assert bench.database["copies"].find_one({"_id": keys[0]})["data"]["family_name"] == "Lindqvist"
