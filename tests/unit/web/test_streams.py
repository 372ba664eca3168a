"""What streams are made of, and what they need of the machine."""

import resource
import socket

import pytest

from shared.web import descriptors
from shared.web.cutting import cut_off
from shared.web.event_stream import event, heartbeat, retry


def test_an_event_is_text_on_single_lines_and_its_id_comes_last() -> None:
    told = event("notification", {"title": "two\nlines\r\n\u2028", "read_at": None}, "1-2-3")
    assert told.count(b"\n") == 4
    assert told.startswith(b'event: notification\ndata: {"title":"two\\nlines\\r\\n')
    assert told.endswith(b"}\nid: 1-2-3\n\n")
    assert event("unread", {"unread": 1}) == b'event: unread\ndata: {"unread":1}\n\n'


def test_a_heartbeat_dispatches_nothing() -> None:
    assert heartbeat(None) == b":\n\n"
    assert heartbeat("1-2-3") == b":\nid: 1-2-3\n\n"
    assert retry(1500) == b"retry: 1500\n\n"


def test_only_the_client_that_is_named_is_cut_off() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        clients = [socket.create_connection(server.getsockname(), timeout=10) for _ in range(2)]
        served = [server.accept()[0] for _ in clients]
        first, second = clients
        assert cut_off({first.getsockname()}) == 1
        assert first.recv(1) == b""
        served[1].sendall(b"x")
        assert second.recv(1) == b"x"
        for each in (*clients, *served):
            each.close()


def test_a_process_makes_room_for_connections_as_far_as_it_may(monkeypatch: pytest.MonkeyPatch) -> None:
    granted: list[tuple[int, int]] = []
    monkeypatch.setattr(resource, "setrlimit", lambda _, limits: granted.append(limits))
    for limits in ((1024, 20_000), (1024, 2_000), (1024, resource.RLIM_INFINITY), (65_536, 65_536)):
        monkeypatch.setattr(resource, "getrlimit", lambda _, limits=limits: limits)
        descriptors.make_room_for(10_000)
    assert granted == [(10_512, 20_000), (2_000, 2_000), (10_512, resource.RLIM_INFINITY)]
