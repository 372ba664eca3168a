"""What the web process promises to whoever starts, stops and kills it."""

import contextlib
import csv
import io
import signal
import subprocess
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from tests.integration.web.conftest import PATIENCE, Service, either_way, read_event


@pytest.fixture
def service(start: Callable[..., Service]) -> Service:
    """One of the test's own, which may stop it."""
    return start()


@either_way
def test_a_stopped_service_finishes_what_it_has_in_hand_and_exits_with_zero(service: Service) -> None:
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(service.call, "POST", "/v1/notes", "coordinator", json={"text": "slow"})
        read_event(service.process, "in_hand")
        service.process.send_signal(signal.SIGTERM)
        assert answer.result().status_code == 201
    assert service.process.wait(PATIENCE) == 0
    assert service.database["notes"].count_documents({}) == 1


@either_way
def test_a_second_signal_does_not_wait_for_what_is_in_hand(service: Service) -> None:
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(service.call, "POST", "/v1/notes", "coordinator", json={"text": "stuck"})
        read_event(service.process, "in_hand")
        while service.process.poll() is None:
            service.process.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                service.process.wait(0.1)
        with pytest.raises(requests.ConnectionError):
            answer.result()
    assert service.process.returncode == 128 + signal.SIGTERM
    assert service.database["notes"].count_documents({}) == 0


@either_way
def test_an_idle_connection_does_not_keep_a_service_from_stopping(service: Service) -> None:
    with requests.Session() as session:
        assert session.get(service.url("/health/live"), timeout=PATIENCE).status_code == 200
        service.process.send_signal(signal.SIGTERM)
        assert service.process.wait(PATIENCE) == 0


def test_a_killed_service_leaves_nothing_on_its_port(service: Service, start: Callable[..., Service]) -> None:
    service.process.kill()
    service.process.wait(PATIENCE)
    with pytest.raises(requests.ConnectionError):
        requests.get(service.url("/health/live"), timeout=PATIENCE)
    again = start(service.port)
    assert requests.get(again.url("/health/live"), timeout=PATIENCE).json() == {"status": "alive"}


@either_way
def test_a_taken_port_is_one_clear_line_and_status_one(service: Service, start: Callable[..., Service]) -> None:
    second = start(service.port, wait=False)
    _, errors = second.process.communicate(timeout=PATIENCE)
    assert second.process.returncode == 1
    assert errors.decode() == f"Cannot listen on 127.0.0.1:{service.port} (ITHACA_HOST, ITHACA_PORT): it is in use.\n"
    assert requests.get(service.url("/health/live"), timeout=PATIENCE).status_code == 200


def test_a_service_says_that_it_stopped(service: Service) -> None:
    service.process.send_signal(signal.SIGTERM)
    assert read_event(service.process, "stopped")["service"] == "notes"
    assert service.process.wait(PATIENCE) == 0


def test_a_service_with_its_database_is_ready(service: Service) -> None:
    answer = requests.get(service.url("/health/ready"), timeout=PATIENCE)
    assert answer.json() == {"status": "ready", "parts": {"database": "ready"}}


@either_way
def test_a_body_in_pieces_of_unknown_length_is_limited_too(service: Service) -> None:
    pieces = (b'{"text": "' if number == 0 else b"x" * 65536 for number in range(40))
    headers = {"Content-Type": "application/json"}
    assert service.call("POST", "/v1/notes", headers=headers, data=pieces).status_code == 413


@either_way
def test_a_table_is_sent_while_it_is_read(service: Service) -> None:
    begun = time.monotonic()
    with requests.get(service.url("/v1/notes/table"), timeout=PATIENCE, stream=True) as answer:
        assert answer.status_code == 200
        pieces = answer.iter_content(1000)
        first = next(pieces)
        waited = time.monotonic() - begun
        content = first + b"".join(pieces)
    assert waited < 0.6 < time.monotonic() - begun
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert (rows[0], len(rows)) == (["number", "text"], 401)


@either_way
def test_who_stops_reading_a_table_keeps_nobody_else_waiting(service: Service) -> None:
    for _ in range(5):
        with requests.get(service.url("/v1/notes/table"), timeout=PATIENCE, stream=True) as answer:
            next(answer.iter_content(1000))
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: service.call("GET", "/v1/notes", "member"), range(40)))
    assert {each.status_code for each in answers} == {200}
