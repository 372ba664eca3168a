"""What a real server does with more, longer, slower and larger than it should get."""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
import requests

from shared.ids import new_id
from tests.integration.web.conftest import PATIENCE, Service, either_way, read_event

Start = Callable[..., Service]


@contextmanager
def one_stuck(service: Service) -> Iterator[None]:
    """A request is in hand and does not end before its process does."""
    thread = threading.Thread(target=write_and_forget, args=(service, "stuck"))
    thread.start()
    read_event(service.process, "in_hand")
    yield
    service.process.kill()
    thread.join()


def write_and_forget(service: Service, text: str) -> None:
    with contextlib.suppress(requests.ConnectionError):  # it is killed
        write(service, text)


def write(service: Service, text: str) -> Any:
    return service.call("POST", "/v1/notes", "coordinator", json={"text": text})


def assert_problem(answer: Any, status: int) -> dict[str, Any]:
    assert answer.status_code == status, answer.content
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["status"] == status
    found: dict[str, Any] = answer.json()
    return found


@either_way
def test_beyond_what_can_wait_a_request_is_refused_at_once_and_health_still_answers(start: Start) -> None:
    service = start(threads=1, queue=0)
    with one_stuck(service):
        answer = write(service, "one too many")
        assert assert_problem(answer, 503)["instance"] == "/v1/notes"
        assert int(answer.headers["Retry-After"]) > 0
        assert requests.get(service.url("/health/live"), timeout=PATIENCE).status_code == 200
        told = requests.get(service.url("/metrics"), timeout=PATIENCE).text
        assert 'ithaca_http_shed_total{reason="busy"} 1.0' in told
    assert service.database["notes"].count_documents({}) == 0


@either_way
def test_what_can_wait_is_served_in_its_turn(start: Start) -> None:
    service = start(threads=1, queue=4)
    with ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(lambda number: write(service, f"note {number}"), range(5)))
    assert [answer.status_code for answer in answers] == [201] * 5


def talk(service: Service, sent: bytes) -> bytes:
    """What the server answers to these bytes, until it closes the connection."""
    with socket.create_connection(("127.0.0.1", service.port), timeout=PATIENCE) as connection:
        connection.sendall(sent)
        answer = b""
        while piece := connection.recv(65536):
            answer += piece
        return answer


def head(service: Service, line: str, **headers: str) -> bytes:
    given = service.issuer.headers("coordinator", "integrator") | {"Host": "notes"} | headers
    return "\r\n".join(
        [line, *(f"{name.replace('_', '-')}: {value}" for name, value in given.items()), "", ""]
    ).encode()


@either_way
@pytest.mark.parametrize(
    ("line", "headers", "begun"),
    [
        ("POST /v1/notes HTTP/1.1", {"Content_Type": "application/json", "Content_Length": "30"}, b'{"text": '),
        ("POST /v1/notes HTTP/1.1", {"Content_Type": "application/json", "Transfer_Encoding": "chunked"}, b"5\r\n{"),
        (
            "POST /v1/notes/upload HTTP/1.1",
            {"Content_Type": "application/x-ndjson", "Content_Length": "3000000"},
            b'{"text": "a"}\n',
        ),
    ],
)
def test_a_body_that_stops_coming_is_answered_and_gives_its_place_back(
    start: Start, line: str, headers: dict[str, str], begun: bytes
) -> None:
    service = start(threads=1, queue=1, seconds_a_piece=0.5)
    answer = talk(service, head(service, line, **headers) + begun)
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"application/problem+json" in answer
    assert write(service, "next").status_code == 201


@either_way
def test_a_head_that_does_not_come_to_its_end_is_hung_up_on_and_holds_up_nobody(start: Start) -> None:
    service = start(threads=1, queue=1, seconds_a_head=0.5)
    with contextlib.ExitStack() as slow:
        waiting = [
            slow.enter_context(socket.create_connection(("127.0.0.1", service.port), timeout=PATIENCE))
            for _ in range(20)
        ]
        for number, connection in enumerate(waiting):
            connection.sendall((b"", b"GET /v1/no", b"POST /v1/notes HTTP/1.1\r\nX-Slow: ")[number % 3])
        assert write(service, "meanwhile").status_code == 201
        for connection in waiting:
            assert connection.recv(1) == b""


@either_way
def test_a_body_that_comes_in_pieces_within_their_time_is_taken(start: Start) -> None:
    service = start(seconds_a_piece=PATIENCE)
    body = b'{"text": "in pieces"}'
    sent = head(
        service,
        "POST /v1/notes HTTP/1.1",
        Content_Type="application/json",
        Content_Length=str(len(body)),
        Connection="close",
    )
    with socket.create_connection(("127.0.0.1", service.port), timeout=PATIENCE) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for piece in (sent, body[:5], body[5:6], body[6:]):
            connection.sendall(piece)
        assert connection.recv(65536).startswith(b"HTTP/1.1 201 ")


@either_way
@pytest.mark.parametrize(
    ("line", "headers", "status"),
    [
        ("GET /v1/notes HTTP/1.1", {"X_Long": "x" * 400_000}, b"431"),
        ("GET /v1/notes HTTP/1.1", {f"X_{number}": "1" for number in range(200)}, b"431"),
        (f"GET /v1/notes?q={'x' * 100_000} HTTP/1.1", {}, b"4"),
        ("GET /v1/notes HTTP/1.1", {"X_Nul": "a\0b"}, b"400"),
        ("GET /v1/notes HTTP/9.9", {}, b"4"),
        ("POST /v1/notes HTTP/1.1", {"Content_Length": "-1"}, b"400"),
        ("POST /v1/notes HTTP/1.1", {"Content_Length": "9" * 30}, b"400"),
        ("POST /v1/notes HTTP/1.1", {"Content_Length": "5", "Transfer_Encoding": "chunked"}, b"4"),
    ],
)
def test_a_head_that_is_too_long_or_no_http_is_refused_and_the_service_goes_on(
    service: Service, line: str, headers: dict[str, str], status: bytes
) -> None:
    answer = talk(service, head(service, line, Connection="close", **headers))
    assert answer.startswith(b"HTTP/1.1 " + status) or (status == b"4" and answer == b"")
    assert requests.get(service.url("/health/live"), timeout=PATIENCE).status_code == 200


def test_a_query_that_takes_too_long_is_cut_off_and_leaves_neither_effect_nor_lock(start: Start) -> None:
    service = start(variables={"ITHACA_REQUEST_SECONDS": "1"})
    service.database["hundred"].insert_many([{"_id": number} for number in range(100)])
    answer = write(service, "long query")
    assert_problem(answer, 503)
    assert int(answer.headers["Retry-After"]) > 0
    assert service.database["notes"].count_documents({}) == 0
    # It met the document that the next one meets: held still, it would keep that one from happening for a minute.
    deadline = time.monotonic() + PATIENCE
    while (status := write(service, "next").status_code) == 503 and time.monotonic() < deadline:
        pass
    assert status == 201


def test_a_write_that_others_keep_from_happening_gives_up_in_time(start: Start) -> None:
    service = start(variables={"ITHACA_REQUEST_SECONDS": "1"})
    client = service.database.client
    assert write(service, "first").status_code == 201
    with client.start_session() as session, session.start_transaction():
        service.database["counters"].update_one({"_id": "acme"}, {"$inc": {"notes": 1}}, session=session)
        answer = write(service, "against the wall")
        assert_problem(answer, 503)
        assert "Retry-After" in answer.headers
        session.abort_transaction()
    assert write(service, "next").status_code == 201


def limited(start: Start, limits: str, **variables: str) -> Service:
    return start(variables={"ITHACA_RATE_LIMITS": limits} | variables)


def test_who_asks_too_often_is_told_when_to_come_back_and_nobody_else_is(start: Start) -> None:
    service = limited(start, "write=2,upload=1")
    statuses = [write(service, "a note").status_code for _ in range(3)]
    assert statuses == [201, 201, 429]
    answer = write(service, "a note")
    assert assert_problem(answer, 429)["type"] == "/problems/too-many-requests"
    assert 1 <= int(answer.headers["Retry-After"]) <= 60
    for other in ({"sub": new_id()}, {"tenant": "globex"}):
        headers = service.issuer.headers("coordinator", **other)
        assert service.call("POST", "/v1/notes", json={"text": "mine"}, headers=headers).status_code == 201
    assert service.call("GET", "/v1/notes").status_code == 200
    line = {"data": b'{"text": "a"}', "headers": {"Content-Type": "application/x-ndjson"}}
    uploads = [service.call("POST", "/v1/notes/upload", "integrator", **line).status_code for _ in range(2)]
    assert uploads == [202, 429]


def test_two_processes_count_together(start: Start) -> None:
    first, second = limited(start, "write=4"), limited(start, "write=4")
    second.issuer = first.issuer
    statuses = [write(service, "a note").status_code for _ in range(4) for service in (first, second)]
    assert statuses.count(201) == 4
    assert statuses.count(429) == 4


def test_public_addresses_count_for_where_they_are_asked_from_and_health_for_nobody(start: Start) -> None:
    service = limited(start, "public=2")
    # Nobody in front of the service is trusted to say where a request came from.
    addresses = [{"X-Forwarded-For": f"192.0.2.{number}"} for number in range(3)]
    statuses = [
        requests.get(service.url("/v1/notes/calendar"), headers=headers, timeout=PATIENCE).status_code
        for headers in addresses
    ]
    assert statuses == [200, 200, 429]
    assert requests.get(service.url("/health/live"), timeout=PATIENCE).status_code == 200
    assert requests.get(service.url("/metrics"), timeout=PATIENCE).status_code == 200


@either_way
def test_behind_a_proxy_the_address_is_what_the_proxy_saw(start: Start) -> None:
    service = limited(start, "public=1", ITHACA_PROXIES="1")

    def ask(forwarded: str) -> int:
        headers = {"X-Forwarded-For": forwarded}
        status: int = requests.get(service.url("/v1/notes/calendar"), headers=headers, timeout=PATIENCE).status_code
        return status

    assert [ask("192.0.2.1"), ask("192.0.2.2"), ask("made up, 192.0.2.1")] == [200, 200, 429]
