"""Due work: claimed by one, tried again, never forgotten."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from shared.clock import TestClock
from shared.ids import new_id
from shared.messaging import crew
from shared.messaging.due import Claimed, DueLoop, DueWork, claim
from shared.messaging.lease import LeaseLost
from shared.messaging.unit_of_work import Transaction, UnitOfWork
from shared.service import Foundation, lay
from shared.settings import Settings
from tests.integration.messaging.conftest import eventually


@pytest.fixture
def ground(settings: Settings) -> Foundation:
    foundation = lay(settings, "events")
    yield foundation
    foundation.close()


def leave(ground: Foundation, identifier: str, *, seconds_ago: float = 1) -> None:
    due_at = ground.clock.now() - timedelta(seconds=seconds_ago)
    ground.database["jobs"].insert_one({"_id": identifier, "due_at": due_at, "done": 0})


def finish(unit_of_work: UnitOfWork, claimed: Claimed) -> None:
    def work(transaction: Transaction) -> None:
        claimed.confirm(transaction.session)
        transaction.database["jobs"].update_one(
            {"_id": claimed.document["_id"]},
            {"$set": {"due_at": None}, "$inc": {"done": 1}},
            session=transaction.session,
        )

    unit_of_work.run(work, tenant="acme")


def loop(ground: Foundation, work: DueWork) -> DueLoop:
    return DueLoop(ground.unit_of_work, [work], ground.clock)


@contextmanager
def turning(steady: DueLoop) -> Iterator[None]:
    """Its threads, which end with the test whatever comes of it."""
    thread = threading.Thread(target=steady.run)
    thread.start()
    try:
        yield
    finally:
        steady.stop()
        thread.join()


def job(ground: Foundation, identifier: str) -> Any:
    return ground.database["jobs"].find_one({"_id": identifier})


def test_work_is_due_by_the_clock_that_the_process_is_given_and_claimed_by_the_servers(
    ground: Foundation, tmp_path: Path
) -> None:
    clock = TestClock(tmp_path / "clock")
    clock.set_ahead(timedelta(0))
    leave(ground, "in-a-month", seconds_ago=-30 * 86_400)
    work = DueWork("finish", "jobs", finish)
    months_ahead = DueLoop(ground.unit_of_work, [work], clock)
    assert not months_ahead.step(work)
    clock.set_ahead(timedelta(days=31))
    taken = claim(ground.database, work, clock.now())
    assert taken is not None
    assert not months_ahead.step(work)  # a month ahead, the claim of just now has not run out
    finish(ground.unit_of_work, taken)
    assert job(ground, "in-a-month")["done"] == 1


def test_many_loops_do_each_piece_once(ground: Foundation) -> None:
    for number in range(40):
        leave(ground, f"job-{number}")
    loops = [loop(ground, DueWork("finish", "jobs", finish)) for _ in range(4)]
    threads = [threading.Thread(target=each.run) for each in loops]
    for thread in threads:
        thread.start()
    eventually(lambda: ground.database["jobs"].count_documents({"due_at": None}) == 40)
    for each in loops:
        each.stop()
    for thread in threads:
        thread.join()
    assert ground.database["jobs"].count_documents({"done": 1}) == 40


def test_what_is_not_due_yet_is_left_alone(ground: Foundation) -> None:
    leave(ground, "later", seconds_ago=-3600)
    assert loop(ground, DueWork("finish", "jobs", finish)).step(DueWork("finish", "jobs", finish)) is False
    assert job(ground, "later")["done"] == 0


def test_work_that_fails_is_left_due_and_comes_again(ground: Foundation) -> None:
    attempts: list[int] = []

    def fails_once(unit_of_work: UnitOfWork, claimed: Claimed) -> None:
        attempts.append(claimed.attempts)
        if len(attempts) == 1:
            raise RuntimeError
        finish(unit_of_work, claimed)

    leave(ground, "job")
    work = DueWork("fails_once", "jobs", fails_once, retry_seconds=0.05)
    steady = loop(ground, work)
    assert steady.step(work) is True
    assert job(ground, "job")["done"] == 0
    eventually(lambda: steady.step(work))
    assert job(ground, "job")["done"] == 1
    assert attempts == [1, 2]


def test_a_claim_that_died_passes_on_and_its_old_holder_can_write_nothing(ground: Foundation) -> None:
    held: list[Claimed] = []
    dies = DueWork("dies", "jobs", lambda _, claimed: held.append(claimed), lease_seconds=0.05)
    leave(ground, "job")
    assert loop(ground, dies).step(dies) is True
    lives = DueWork("finish", "jobs", finish)
    eventually(lambda: loop(ground, lives).step(lives))
    with pytest.raises(LeaseLost):
        finish(ground.unit_of_work, held[0])
    assert job(ground, "job")["done"] == 1


def test_work_that_cannot_even_be_read_ends_neither_the_loop_nor_the_other_work(ground: Foundation) -> None:
    leave(ground, "job")
    unreadable = datetime(9999, 12, 31, tzinfo=UTC)
    ground.database["broken"].insert_one({"_id": "b", "due_at": ground.clock.now(), "at": unreadable})
    ground.database["broken"].update_one({"_id": "b"}, [{"$set": {"at": {"$add": ["$at", 10**12]}}}])
    broken = DueWork("broken", "broken", finish)
    steady = DueLoop(ground.unit_of_work, [broken, DueWork("finish", "jobs", finish)], ground.clock)
    thread = threading.Thread(target=steady.run)
    thread.start()
    eventually(lambda: job(ground, "job")["done"] == 1)
    leave(ground, "another")
    eventually(lambda: job(ground, "another")["done"] == 1)
    steady.stop()
    thread.join()


def test_what_somebody_waits_for_is_found_before_the_next_look(
    ground: Foundation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crew, "_LOOK_EACH_SECONDS", 7200.0)
    monkeypatch.setattr(crew, "_REST_SECONDS", 3600.0)
    looking = loop(ground, DueWork("job", "jobs", finish, prompt=True))
    thread = threading.Thread(target=looking.run)
    thread.start()
    left: list[str] = []

    def one_is_done() -> bool:
        # Whatever was left before the loop watches waits for its next look.
        left.append(new_id())
        leave(ground, left[-1])
        return any(job(ground, each)["done"] for each in left)

    try:
        eventually(one_is_done)
    finally:
        looking.stop()
        thread.join()


def test_work_with_threads_of_its_own_has_so_many_pieces_in_hand_at_once(ground: Foundation) -> None:
    together = threading.Barrier(3, timeout=30)

    def meet(unit_of_work: UnitOfWork, claimed: Claimed) -> None:
        together.wait()
        finish(unit_of_work, claimed)

    for number in range(6):
        leave(ground, f"job-{number}")
    steady = loop(ground, DueWork("meet", "jobs", meet, threads=3))
    with turning(steady):
        eventually(lambda: ground.database["jobs"].count_documents({"due_at": None}) == 6)
    assert ground.database["jobs"].count_documents({"done": 1}) == 6


def test_work_that_hangs_in_threads_of_its_own_holds_up_no_other_work(ground: Foundation) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def hang(unit_of_work: UnitOfWork, claimed: Claimed) -> None:
        begun.set()
        go_on.wait(30)
        finish(unit_of_work, claimed)

    leave(ground, "hangs", seconds_ago=10)
    hangs = DueWork("hang", "jobs", hang, where={"_id": "hangs"}, threads=1)
    others = DueWork("finish", "jobs", finish, where={"_id": {"$ne": "hangs"}})
    steady = DueLoop(ground.unit_of_work, [hangs, others], ground.clock)
    with turning(steady):
        assert begun.wait(30)
        leave(ground, "other")
        eventually(lambda: job(ground, "other")["done"] == 1)
        assert job(ground, "hangs")["done"] == 0
        go_on.set()
        eventually(lambda: job(ground, "hangs")["done"] == 1)


def test_what_one_kind_leaves_for_another_is_looked_for_at_once(
    ground: Foundation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.messaging.crew._LOOK_EACH_SECONDS", 3600.0)
    resting = threading.Event()

    def leave_another(unit_of_work: UnitOfWork, claimed: Claimed) -> None:
        assert resting.wait(30)
        leave(ground, "second")
        finish(unit_of_work, claimed)

    first = DueWork("leave", "jobs", leave_another, where={"_id": "first"}, threads=1)
    second = DueWork("finish", "jobs", finish, where={"_id": "second"}, threads=1)
    leave(ground, "first")
    steady = DueLoop(ground.unit_of_work, [first, second], ground.clock)
    with turning(steady):
        eventually(lambda: ground.database["jobs"].count_documents({"claim": {"$exists": True}}) == 1)
        eventually(lambda: all(crew._on_watch.locked() for crew in steady._crews[2:]))
        resting.set()
        eventually(lambda: job(ground, "second") is not None and job(ground, "second")["done"] == 1)
