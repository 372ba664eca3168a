"""A projection rebuilt while its worker works, and everything that may happen in between."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from shared.ids import new_id
from shared.messaging import gate, inbox, lease
from shared.messaging import rebuild as rebuild_module
from shared.messaging.copying import CannotCopy
from shared.messaging.envelope import Message
from shared.messaging.projections import one_by_one, projection
from shared.messaging.rebuild import (
    AlreadyRebuilding,
    ElsewhereToo,
    HeldUp,
    NoProjection,
    NotOnTheLog,
    Rebuilt,
    Stage,
)
from shared.messaging.shadow import Shadow
from shared.messaging.unit_of_work import Transaction
from shared.service import Foundation, Service, rebuilding
from shared.settings import Settings
from shared.storage.migrations import Index
from tests.integration.messaging.conftest import Bench, eventually, member

TYPES = ("member.registered.v1", "member.updated.v1", "member.erased.v1")
Step = Callable[[Stage], None]


class CopyBench(Bench):
    """A service with one projection, which also tells of every change it makes (an effect), or does not."""

    def __init__(self, settings: Settings, *, tells: bool = True) -> None:
        self.tells = tells
        self.keep: Callable[[Transaction, Any, Message], None] = keep
        self.prepared: list[tuple[str, int | None]] = []
        super().__init__(settings, "events")

    def build(self, foundation: Foundation) -> Service:
        store = foundation.database

        def copy(transaction: Transaction, message: Message) -> None:
            self.keep(transaction, store, message)

        def copy_and_tell(transaction: Transaction, message: Message) -> None:
            copy(transaction, message)
            store["told"].insert_one({"key": message.key, "version": message.version}, session=transaction.session)

        reaction = projection(
            "copy",
            TYPES,
            {"copies": "_id"},
            keep=one_by_one(copy),
            handle=one_by_one(copy_and_tell) if self.tells else None,
            prepare=lambda messages: self.prepared.extend((each.key, each.version) for each in messages),
        )
        return Service(
            name="events",
            title="A service of the tests",
            foundation=foundation,
            reactions=(reaction,),
            indexes=(Index("copies", (("family_name", 1),), name="name"),),
        )

    def service(self) -> Service:
        return self.build(self.foundation)

    def rebuild(self, at: Step = lambda _: None, *, leave_out_missing: bool = False) -> Rebuilt:
        def progress(stage: Stage, done: int, total: int) -> None:
            assert 0 <= done <= total
            at(stage)

        return rebuilding(self.build, self.foundation).run("copy", progress, leave_out_missing=leave_out_missing)

    def write(self, key: str, version: int, name: str = "Okafor") -> None:
        self.publish("member.updated.v1", key, version, member(key, name))

    def erase(self, key: str, version: int) -> None:
        self.publish("member.erased.v1", key, version, None)

    def copies(self) -> dict[str, tuple[int, str]]:
        return {each["_id"]: (each["version"], each["family_name"]) for each in self.database["copies"].find()}

    def version_of(self, key: str) -> int | None:
        found = self.database["copies"].find_one({"_id": key})
        return None if found is None else int(found["version"])

    def told(self) -> list[tuple[str, int]]:
        return sorted((each["key"], each["version"]) for each in self.database["told"].find())

    def handled(self) -> dict[str, tuple[int, bool]]:
        return {row["_id"]: (row["version"], row["erased"]) for row in self.database[inbox.VERSIONS].find()}

    def settled(self) -> bool:
        return self.database["outbox"].count_documents({"pending": True}) == 0

    def shadows(self) -> list[str]:
        return [name for name in self.database.list_collection_names() if ".rebuild." in name]


def keep(transaction: Transaction, store: Any, message: Message) -> None:
    if message.data is None:
        store["copies"].delete_one({"_id": message.key}, session=transaction.session)
        return
    store["copies"].replace_one(
        {"_id": message.key},
        {"version": message.version, "family_name": message.data["family_name"]},
        upsert=True,
        session=transaction.session,
    )


@pytest.fixture
def bench(topics_of: Callable[[], Settings]) -> Iterator[CopyBench]:
    bench = CopyBench(topics_of())
    yield bench
    bench.foundation.close()


def at(stage: Stage, act: Callable[[], object]) -> Step:
    """Acts once, when the rebuild comes to the stage."""
    left = [act]

    def step(now: Stage) -> None:
        if now is stage and left:
            left.pop()()

    return step


def test_a_spoiled_copy_is_made_anew_and_nothing_is_told_again(bench: CopyBench) -> None:
    keys = [new_id() for _ in range(30)]
    with bench.running():
        for version in (1, 2, 3):
            for key in keys:
                bench.write(key, version, f"v{version}")
        bench.erase(keys[0], 4)
        eventually(lambda: bench.copies() == dict.fromkeys(keys[1:], (3, "v3")))
        expected, told, handled = bench.copies(), bench.told(), bench.handled()
        bench.database["copies"].update_many({}, {"$set": {"family_name": "spoiled"}})
        bench.database["copies"].delete_one({"_id": keys[1]})
        bench.database["copies"].insert_one({"_id": "stray", "version": 1, "family_name": "stray"})
        bench.prepared.clear()
        rebuilt = bench.rebuild()
    assert bench.copies() == expected
    assert (bench.told(), bench.handled()) == (told, handled)
    assert {*bench.prepared} >= {(key, 3) for key in keys[1:]}
    assert rebuilt.documents == {"copies": 29}
    assert "name" in bench.database["copies"].index_information()
    assert bench.shadows() == []


def test_a_message_between_the_last_catch_up_and_the_swap_is_in_the_new_copy(bench: CopyBench) -> None:
    first, late = new_id(), new_id()

    def arrives() -> None:
        bench.write(late, 1)
        bench.write(first, 2)
        eventually(lambda: bench.version_of(late) == 1 and bench.version_of(first) == 2)

    with bench.running():
        bench.write(first, 1)
        eventually(lambda: bench.version_of(first) == 1)
        bench.rebuild(at(Stage.CLOSING, arrives))
    assert {key: version for key, (version, _) in bench.copies().items()} == {first: 2, late: 1}
    assert bench.told() == sorted([(first, 1), (first, 2), (late, 1)])


def test_a_message_that_comes_while_the_gates_are_closed_waits_and_is_handled_once(
    bench: CopyBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, refused = new_id(), threading.Event()
    pass_through = gate.pass_through

    def watched(*arguments: Any) -> None:
        try:
            pass_through(*arguments)
        except gate.GateClosed:
            refused.set()
            raise

    monkeypatch.setattr(gate, "pass_through", watched)

    def arrives() -> None:
        bench.write(key, 2)
        assert refused.wait(40)
        assert bench.version_of(key) == 1

    with bench.running():
        bench.write(key, 1)
        eventually(lambda: bench.version_of(key) == 1)
        bench.rebuild(at(Stage.SWAPPING, arrives))
        eventually(lambda: bench.version_of(key) == 2)
    assert bench.told() == [(key, 1), (key, 2)]


def test_the_new_copy_does_not_run_ahead_of_a_worker_that_has_still_to_tell(bench: CopyBench) -> None:
    key, unseen = new_id(), new_id()
    with bench.running():
        bench.write(key, 1)
        eventually(lambda: bench.version_of(key) == 1)
    with bench.running(workers=0):
        bench.write(key, 2)
        bench.write(unseen, 1)
        eventually(bench.settled)
    bench.rebuild()
    assert {each: version for each, (version, _) in bench.copies().items()} == {key: 1}
    with bench.running(relays=0):
        eventually(lambda: bench.version_of(key) == 2 and bench.version_of(unseen) == 1)
    assert bench.told() == sorted([(key, 1), (key, 2), (unseen, 1)])


def test_the_erased_stay_erased_though_the_log_lost_their_tombstone(bench: CopyBench) -> None:
    key, other = new_id(), new_id()
    with bench.running():
        bench.write(key, 1)
        bench.write(other, 1)
        eventually(lambda: len(bench.copies()) == 2)
        bench.database["copies"].delete_one({"_id": key})
        row = {"_id": f"copy\nmembers.v1\n{key}"}
        bench.database[inbox.VERSIONS].update_one(row, {"$set": {"version": 7, "erased": True}})
        bench.rebuild()
        assert set(bench.copies()) == {other}
        bench.write(key, 2)
        bench.write(other, 2)
        eventually(lambda: bench.version_of(other) == 2 and bench.settled())
    assert set(bench.copies()) == {other}


def test_the_erased_stay_erased_though_the_log_has_them_alive_at_the_version_of_their_end(bench: CopyBench) -> None:
    """As where a state was told once more after an erasure that the worker had from elsewhere."""
    key, other = new_id(), new_id()
    with bench.running():
        bench.write(key, 1)
        bench.write(other, 1)
        eventually(lambda: len(bench.copies()) == 2)
    bench.database["copies"].delete_one({"_id": key})
    bench.database[inbox.VERSIONS].update_one({"_id": f"copy\nmembers.v1\n{key}"}, {"$set": {"erased": True}})
    bench.rebuild()
    assert set(bench.copies()) == {other}


def test_what_the_log_does_not_have_stops_the_rebuild_unless_it_may_be_left_out(bench: CopyBench) -> None:
    on_log, lost = new_id(), new_id()
    with bench.running():
        bench.write(on_log, 1)
        eventually(lambda: bench.version_of(on_log) == 1)
        bench.database["copies"].insert_one({"_id": lost, "version": 3, "family_name": "lost"})
        bench.database[inbox.VERSIONS].insert_one({"_id": f"copy\nmembers.v1\n{lost}", "version": 3, "erased": False})
        with pytest.raises(NotOnTheLog, match=lost):
            bench.rebuild()
        assert set(bench.copies()) == {on_log, lost}
        assert bench.shadows() == []
        bench.write(on_log, 2)
        eventually(lambda: bench.version_of(on_log) == 2)
        assert bench.rebuild(leave_out_missing=True).left_out == 1
        assert set(bench.copies()) == {on_log}


def test_a_key_of_which_the_log_has_only_what_is_to_come_is_carried_over(bench: CopyBench) -> None:
    key = new_id()
    with bench.running(workers=0):
        bench.write(key, 9)
        eventually(bench.settled)
    bench.database["copies"].insert_one({"_id": key, "version": 5, "family_name": "five"})
    bench.database[inbox.VERSIONS].insert_one({"_id": f"copy\nmembers.v1\n{key}", "version": 5, "erased": False})
    assert bench.rebuild().carried == 1
    assert bench.copies() == {key: (5, "five")}


def test_two_rebuilds_at_once_of_one_projection_are_refused(bench: CopyBench) -> None:
    def again() -> None:
        with pytest.raises(AlreadyRebuilding, match="copy is under way"):
            bench.rebuild()

    bench.rebuild(at(Stage.CLOSING, again))
    bench.rebuild()


def test_a_projection_that_nobody_has_is_answered_with_those_there_are(bench: CopyBench) -> None:
    with pytest.raises(NoProjection, match="It has copy"):
        rebuilding(bench.build, bench.foundation).run("people", lambda *_: None)


class Killed(BaseException):
    """As a kill -9: nothing is tidied up after it."""


@pytest.fixture
def dies_when_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clean-up of a rebuild does not run, as in a process that is gone, and its right lapses soon."""
    monkeypatch.setattr(gate, "LEASE_SECONDS", 4.0)
    monkeypatch.setattr(rebuild_module._Swap, "_reopen", lambda _: None)
    monkeypatch.setattr(Shadow, "drop", lambda _: None)
    monkeypatch.setattr(lease.Lease, "release", lambda _: None)


@pytest.mark.usefixtures("dies_when_killed")
@pytest.mark.parametrize("stage", [Stage.READING, Stage.CLOSING, Stage.SWAPPING])
def test_a_rebuild_killed_anywhere_holds_up_the_worker_for_seconds_and_the_next_begins_anew(
    bench: CopyBench, stage: Stage
) -> None:
    def die() -> None:
        raise Killed

    key = new_id()
    with bench.running():
        bench.write(key, 1)
        eventually(lambda: bench.version_of(key) == 1)
        with pytest.raises(Killed):
            bench.rebuild(at(stage, die))
        assert bench.shadows() != []
        bench.write(key, 2)
        eventually(lambda: bench.version_of(key) == 2)

        def rebuilt() -> bool:
            try:
                bench.rebuild()
            except AlreadyRebuilding:
                return False
            return True

        eventually(rebuilt)
        assert bench.copies() == {key: (2, "Okafor")}
        assert bench.shadows() == []
        bench.write(key, 3)
        eventually(lambda: bench.version_of(key) == 3)


@pytest.mark.parametrize("notices", [True, False])
def test_a_rebuild_that_stood_still_beyond_its_lease_swaps_nothing(
    bench: CopyBench, monkeypatch: pytest.MonkeyPatch, notices: bool
) -> None:
    """`notices`: whether it stood still before its last look at the lease, or between that and the swap."""
    key = new_id()

    def stand_still() -> None:
        if not notices:
            monkeypatch.setattr(rebuild_module._Swap, "_renew", lambda *_, **__: None)
        bench.database[lease.COLLECTION].update_one({"_id": "rebuild/copy"}, [{"$set": {"expires_at": "$$NOW"}}])
        bench.write(key, 2)
        eventually(lambda: bench.version_of(key) == 2)

    with bench.running():
        bench.write(key, 1)
        eventually(lambda: bench.version_of(key) == 1)
        with pytest.raises(HeldUp):
            bench.rebuild(at(Stage.SWAPPING, stand_still))
        assert bench.version_of(key) == 2
        bench.write(key, 3)
        eventually(lambda: bench.version_of(key) == 3)


def test_a_projection_that_is_new_on_a_log_already_read_is_filled_and_remembers_what_it_was_filled_with(
    topics_of: Callable[[], Settings],
) -> None:
    bench = CopyBench(topics_of(), tells=False)
    alive, erased = new_id(), new_id()
    with bench.running():
        bench.write(alive, 1)
        bench.write(alive, 2)
        bench.write(erased, 1)
        bench.erase(erased, 2)
        eventually(lambda: bench.handled().get(f"copy\nmembers.v1\n{erased}") == (2, True))
        eventually(lambda: bench.version_of(alive) == 2)
    # As the worker that ends here leaves it where the projection was not there yet:
    bench.database["copies"].delete_many({})
    bench.database[inbox.VERSIONS].delete_many({})
    bench.rebuild()
    assert bench.copies() == {alive: (2, "Okafor")}
    assert bench.handled() == {
        f"copy\nmembers.v1\n{alive}": (2, False),
        f"copy\nmembers.v1\n{erased}": (2, True),
    }
    bench.foundation.close()


def test_a_projection_that_fails_on_the_log_is_named_with_the_place(bench: CopyBench) -> None:
    key = new_id()
    with bench.running():
        bench.write(key, 1)
        eventually(lambda: bench.version_of(key) == 1)

        def fail(transaction: Transaction, store: Any, message: Message) -> None:
            raise KeyError("family_name")

        bench.keep = fail
        with pytest.raises(CannotCopy, match=r"members\.v1/\d@0 with KeyError"):
            bench.rebuild()
        assert bench.version_of(key) == 1


def test_a_projection_that_would_tell_something_is_not_rebuilt(bench: CopyBench) -> None:
    key = new_id()
    with bench.running():
        bench.write(key, 1)
        eventually(lambda: bench.version_of(key) == 1 and bench.settled())
        rows = bench.database["outbox"].count_documents({})

        def tell(transaction: Transaction, store: Any, message: Message) -> None:
            transaction.publish("member.updated.v1", key=key, version=2, data=member(key))

        bench.keep = tell
        with pytest.raises(CannotCopy, match="Outspoken"):
            bench.rebuild()
        assert bench.database["outbox"].count_documents({}) == rows


def test_a_projection_that_writes_elsewhere_too_is_not_swapped(bench: CopyBench) -> None:
    key = new_id()
    with bench.running():
        bench.write(key, 1)
        eventually(lambda: bench.version_of(key) == 1)

        def stray(transaction: Transaction, store: Any, message: Message) -> None:
            keep(transaction, store, message)
            store["elsewhere"].insert_one({}, session=transaction.session)

        bench.keep = stray
        with pytest.raises(ElsewhereToo, match="elsewhere"):
            bench.rebuild()
        assert bench.database["elsewhere"].count_documents({}) == 0
        assert bench.shadows() == []
