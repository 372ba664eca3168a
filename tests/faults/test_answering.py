"""What a kill costs the others is told by comparison with the calm right before it."""

import pytest

from tests.faults.answering import after_kills
from tests.faults.plan import Fault, Kind
from tests.faults.told import Happened


def calm(at: float) -> Happened:
    return Happened(Fault(Kind.NOTHING, "all", 8.0, 0.0), at, at + 8.0, 0.5)


def kill(process: str, at: float, recovered: float) -> Happened:
    return Happened(Fault(Kind.KILL, process, 0.0, 0.0), at, at, recovered)


def answers(*spans: tuple[float, float, float]) -> list[tuple[float, float]]:
    """Ten a second from one moment to another, each of so many seconds."""
    return [(begin + step / 10, took) for begin, end, took in spans for step in range(int((end - begin) * 10))]


def test_the_others_are_compared_and_the_killed_one_s_own_service_is_not() -> None:
    happened = [calm(0), kill("events-web-1", 10, 3.0), calm(20), kill("events-web-1", 30, 5.0)]
    found = after_kills(
        happened,
        {
            "events": answers((0, 10, 0.1), (10, 40, 10.0)),
            "matching": answers((0, 10, 0.1), (10, 20, 0.2), (20, 30, 0.1), (30, 40, 0.3)),
        },
    )
    [one] = found
    assert (one.process, list(one.recovered)) == ("events-web-1", [3.0, 5.0])
    assert list(one.ratios) == pytest.approx([2.0, 3.0])
    assert one.ratio == pytest.approx(2.5)


def test_of_too_few_answers_nothing_is_said() -> None:
    [one] = after_kills([calm(0), kill("events-relay-1", 10, 3.0)], {"matching": answers((0, 1, 0.1))})
    assert (list(one.recovered), one.ratio) == ([3.0], None)


def test_other_faults_and_kills_without_a_calm_before_are_left_out() -> None:
    broken = Happened(Fault(Kind.REFUSED, "broker", 5.0, 0.0), 0, 5, 1.0)
    assert after_kills([broken, kill("events-web-1", 10, 3.0)], {}) == []
    assert after_kills([], {}) == []
