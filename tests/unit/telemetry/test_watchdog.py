"""A loop that stands still is seen; one that turns, ended, or was stopped with the whole process is not blamed."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from shared.telemetry import watchdog
from shared.telemetry.watchdog import DEAD_SECONDS, STILL_SECONDS, Watchdog


@pytest.fixture(autouse=True)
def only_loops_of_the_test(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other tests run loops in this process too."""
    monkeypatch.setattr(watchdog, "_pulses", {})


class Loop:
    """A loop on a thread of its own that turns when the test says so."""

    def __init__(self, name: str, grace: float) -> None:
        self._go = threading.Semaphore(0)
        self._done = threading.Semaphore(0)
        self._name, self._grace, self._last = name, grace, False
        self.thread = threading.Thread(target=self.a_loop_of_the_test, name=f"thread-{name}")
        self.thread.start()
        self._done.acquire()

    def a_loop_of_the_test(self) -> None:
        while not self._last:
            watchdog.beat(self._name, grace_seconds=self._grace)
            self._done.release()
            self._go.acquire()
        watchdog.ended()
        self._done.release()
        self._go.acquire()

    def turn(self) -> None:
        self._go.release()
        self._done.acquire()

    def end_loop(self) -> None:
        self._last = True
        self.turn()

    def end(self) -> None:
        self._last = True
        self._go.release(2)
        self.thread.join()


@contextmanager
def loop(name: str, *, grace: float = 0.0) -> Iterator[Loop]:
    made = Loop(name, grace)
    try:
        yield made
    finally:
        made.end()


def looks(dog: Watchdog, seconds: float) -> None:
    """As many looks as the watchdog has in this time; each is a second."""
    for _ in range(int(seconds)):
        dog.look()


def still(name: str) -> float | None:
    return REGISTRY.get_sample_value("ithaca_loop_still_seconds", {"loop": name})


def test_a_loop_that_stands_still_has_all_stacks_logged_once_and_tells_when_it_turns_again() -> None:
    dog = Watchdog()
    with loop("stuck") as stuck, capture_logs() as lines:
        dog.look()
        looks(dog, STILL_SECONDS - 1)
        assert lines == []
        looks(dog, 100)
        [line] = lines
        assert (line["event"], line["loop"]) == ("loop_stands_still", "stuck")
        [stack] = [stack for name, stack in line["stacks"].items() if name.startswith("thread-stuck")]
        assert any("a_loop_of_the_test" in frame for frame in stack)
        assert still("stuck") == STILL_SECONDS + 99
        stuck.turn()
        dog.look()
        assert [line["event"] for line in lines] == ["loop_stands_still", "loop_turns_again"]
        assert still("stuck") == 0


def test_a_process_is_alive_until_a_loop_has_not_turned_for_long() -> None:
    dog = Watchdog()
    with loop("slow") as slow, loop("well") as well:
        dog.look()
        for _ in range(int(DEAD_SECONDS) - 1):
            well.turn()
            dog.look()
        assert dog.alive()
        well.turn()
        dog.look()
        assert not dog.alive()
        slow.turn()
        dog.look()
        assert dog.alive()


def test_a_turn_that_may_take_long_is_waited_for() -> None:
    dog = Watchdog()
    with loop("matching", grace=600), capture_logs() as lines:
        dog.look()
        looks(dog, DEAD_SECONDS + 300)
        assert dog.alive()
        assert lines == []
        looks(dog, 300)
        assert not dog.alive()


@pytest.mark.parametrize("how", ["end_loop", "end"])
def test_a_loop_that_ended_is_not_waited_for(how: str) -> None:
    dog = Watchdog()
    with loop("over") as over:
        dog.look()
        getattr(over, how)()
        looks(dog, DEAD_SECONDS + 10)
        assert dog.alive()
