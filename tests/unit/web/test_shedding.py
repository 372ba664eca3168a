"""Places for requests: handed on in the order of coming."""

import threading
import time
from collections.abc import Callable

from shared.web.shedding import Places

PATIENCE = 20.0


def in_thread(act: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=act)
    thread.start()
    return thread


def until_waiting(places: Places, count: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while places.waiting() != count:
        assert time.monotonic() < deadline
        time.sleep(0.001)


def test_whoever_comes_anew_does_not_pass_by_those_who_wait() -> None:
    places, served = Places(1), []
    assert places.take(0)
    first = in_thread(lambda: served.append(places.take(PATIENCE)))
    until_waiting(places, 1)
    places.give_back()
    assert not places.take(0)
    first.join(PATIENCE)
    assert served == [True]


def test_those_who_wait_are_served_in_the_order_of_coming() -> None:
    places, served, threads = Places(1), [], []
    assert places.take(0)

    def serve(number: int) -> None:
        assert places.take(PATIENCE)
        served.append(number)
        places.give_back()

    for number in range(5):
        threads.append(in_thread(lambda number=number: serve(number)))  # type: ignore[misc]
        until_waiting(places, number + 1)
    places.give_back()
    for thread in threads:
        thread.join(PATIENCE)
    assert served == [0, 1, 2, 3, 4]
    assert places.take(0)


def test_whoever_has_waited_in_vain_leaves_no_gap() -> None:
    places = Places(1)
    assert places.take(0)
    assert not places.take(0.001)
    assert places.waiting() == 0
    places.give_back()
    assert places.take(0)
