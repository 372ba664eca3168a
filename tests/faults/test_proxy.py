"""The network between the services and a server: passed on, held up, broken off, and well again."""

import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.faults.proxy import Proxy, Weather
from tests.ports import free_port

SECONDS = 10.0


@pytest.fixture
def echo() -> Iterator[int]:
    """The port of a server that says what it is told."""
    with socket.create_server(("127.0.0.1", 0)) as server, ExitStack() as stack:
        threads: list[threading.Thread] = []

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                stack.callback(connection.close)
                threads.append(threading.Thread(target=_echo, args=(connection,)))
                threads[-1].start()

        accepting = threading.Thread(target=serve)
        accepting.start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
        accepting.join()
        for thread in threads:
            thread.join()


def _echo(connection: socket.socket) -> None:
    try:
        while said := connection.recv(100):
            connection.sendall(said)
    except OSError:
        pass


@pytest.fixture
def proxy(echo: int) -> Iterator[Proxy]:
    proxy = Proxy(free_port(), echo)
    yield proxy
    proxy.close()


def connected(proxy: Proxy) -> socket.socket:
    return socket.create_connection(("127.0.0.1", proxy.port), timeout=SECONDS)


def ended(client: socket.socket) -> bool:
    """Whether it was broken off, one way or the other."""
    try:
        return client.recv(100) == b""
    except ConnectionResetError:
        return True


def test_what_is_said_is_passed_on_either_way(proxy: Proxy) -> None:
    with connected(proxy) as client:
        client.sendall(b"one")
        assert client.recv(100) == b"one"


def test_what_is_held_up_comes_once_the_weather_is_fair(proxy: Proxy) -> None:
    with connected(proxy) as client:
        client.sendall(b"one")
        assert client.recv(100) == b"one"
        proxy.turn(Weather.SILENT)
        client.sendall(b"two")
        client.settimeout(0.2)
        with pytest.raises(TimeoutError):
            client.recv(100)
        client.settimeout(SECONDS)
        proxy.turn(Weather.FAIR)
        assert client.recv(100) == b"two"


def test_what_is_broken_off_is_refused_until_the_weather_is_fair(proxy: Proxy) -> None:
    with connected(proxy) as client:
        client.sendall(b"one")
        assert client.recv(100) == b"one"
        proxy.turn(Weather.REFUSED)
        assert ended(client)
    with connected(proxy) as another:
        assert ended(another)
    proxy.turn(Weather.FAIR)
    with connected(proxy) as later:
        later.sendall(b"three")
        assert later.recv(100) == b"three"


def test_who_comes_while_the_server_is_away_is_broken_off() -> None:
    proxy = Proxy(free_port(), free_port())
    try:
        with connected(proxy) as client:
            assert ended(client)
    finally:
        proxy.close()
