"""Counting callers: exactly, together, and without the database when it is away."""

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import takewhile
from typing import Any

import pytest
from pymongo import MongoClient

from shared.settings import RateLimits, Settings
from shared.storage.client import connect
from shared.web import rates
from shared.web.rates import RateCounter, TooManyRequests


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """However busy this machine is, the database counts."""
    monkeypatch.setattr("shared.web.rates._PATIENCE", 30.0)


@pytest.fixture
def client(settings: Settings) -> Iterator[MongoClient[dict[str, Any]]]:
    with connect(settings) as client:  # as the services do: what it reads is what a majority has
        yield client


def counter(client: MongoClient[dict[str, Any]], settings: Settings, limit: int) -> RateCounter:
    return RateCounter(client, settings.database_name("notes"), RateLimits(read=limit))


def passes(counter: RateCounter, caller: str = "ada") -> bool:
    try:
        counter.spend("read", "acme", caller)
    except TooManyRequests:
        return False
    return True


@pytest.mark.parametrize("limit", [1, 7, 40, 100])
def test_a_caller_may_ask_as_often_as_the_limit_says(client: Any, settings: Settings, limit: int) -> None:
    one = counter(client, settings, limit)
    assert [passes(one) for _ in range(limit)] == [True] * limit
    assert not passes(one)
    assert passes(one, "grace")


def test_processes_and_threads_together_never_exceed_the_limit(client: Any, settings: Settings) -> None:
    several = [counter(client, settings, 200) for _ in range(3)]
    with ThreadPoolExecutor(6) as pool:
        passed = sum(pool.map(lambda number: passes(several[number % 3]), range(600)))
    # An allowance may come when its process has been refused already and asks no more: it is still there.
    passed += sum(sum(takewhile(bool, (passes(one) for _ in range(201)))) for one in several)
    assert passed == 200


def test_what_two_requests_took_at_once_is_spent_once(
    client: Any, settings: Settings, request: pytest.FixtureRequest
) -> None:
    """Many threads find their process's allowance spent and take the next together, each time it runs out."""
    request.addfinalizer(partial(sys.setswitchinterval, sys.getswitchinterval()))
    sys.setswitchinterval(1e-6)
    for caller in range(20):
        one = counter(client, settings, 40)
        with ThreadPoolExecutor(8) as pool:
            passed = sum(pool.map(lambda _, one=one, caller=caller: passes(one, str(caller)), range(160)))
        passed += sum(takewhile(bool, (passes(one, str(caller)) for _ in range(41))))
        assert passed == 40


def test_a_caller_that_was_refused_costs_the_database_nothing_more(client: Any, settings: Settings) -> None:
    one = counter(client, settings, 1)
    assert passes(one)
    assert not passes(one)
    counters = client[settings.database_name("notes")][rates.COLLECTION]
    before = counters.find_one()
    assert [passes(one) for _ in range(5)] == [False] * 5
    assert counters.find_one() == before


def test_without_the_database_a_process_counts_alone(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.web.rates._AWAY", 60.0)
    monkeypatch.setattr("shared.web.rates._PATIENCE", 0.1)
    with MongoClient[dict[str, Any]]("mongodb://127.0.0.1:1", connect=False) as nowhere:
        one = counter(nowhere, settings, 30)
        assert [passes(one) for _ in range(30)] == [True] * 30
        assert not passes(one)
        assert passes(one, "grace")
