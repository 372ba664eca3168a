"""Connections to an address that was checked, and that can be cut off whatever waits for them.

A request has a deadline for all of it: a server that sends a byte each second would otherwise keep its reader for
hours, as the timeouts of sockets begin anew with every byte.
"""

import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPException
from urllib.parse import SplitResult

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError, NewConnectionError
from urllib3.exceptions import TimeoutError as HTTPTimeout
from urllib3.response import BaseHTTPResponse

from shared.outgoing.addresses import Forbidden, Reach, Resolve, Unresolved, checked

FAULTS = (HTTPError, HTTPException, OSError, ValueError)
"""What a connection raises where there is no whole answer."""

_SILENCE = 10.0
_PORTS = {"http": 80, "https": 443}


class Unreachable(Exception):
    """There was no whole answer; the message says why in a sentence. Worth another try."""


class TimedOut(Unreachable):
    """It was not finished in time."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class _Held:
    """Keeps a second handle of the socket: the first is taken apart by TLS and by the answer, this one cuts it off."""

    handle: socket.socket | None = None

    def _new_conn(self) -> socket.socket:
        made: socket.socket = super()._new_conn()  # type: ignore[misc]
        self.let_go()
        self.handle = made.dup()
        return made

    def let_go(self) -> None:
        """Closes the second handle."""
        if self.handle is not None:
            self.handle.close()


class _Plain(_Held, HTTPConnection):
    """Over http."""


class _Secure(_Held, HTTPSConnection):
    """Over TLS."""


Connection = _Plain | _Secure


def connection_to(parts: SplitResult, reach: Reach, resolve: Resolve, deadline: float) -> Connection:
    """To a checked address of the host, not connected yet; the certificate has to be the name's.

    Raises Forbidden where the address may not be spoken to, Unreachable where there is none.
    """
    host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
    try:
        address = checked(host, port, reach, resolve)[0]
    except Unresolved as error:
        raise Unreachable(str(error)) from error
    silence = min(_SILENCE, deadline)
    if parts.scheme == "http":
        if not reach.named(address):
            raise Forbidden("Without TLS only allowed private networks are spoken to: use https.")
        return _Plain(address, port, timeout=silence)
    return _Secure(
        address,
        port,
        timeout=silence,
        server_hostname=host,
        assert_hostname=host,
        ssl_context=ssl.create_default_context(),
    )


def close(connection: Connection) -> None:
    """Hangs up."""
    connection.close()
    connection.let_go()


def target_of(parts: SplitResult) -> str:
    """What is asked for at the host."""
    return f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"


def request(
    connection: Connection, method: str, parts: SplitResult, headers: Mapping[str, str], body: bytes | None = None
) -> BaseHTTPResponse:
    """Asks, and follows nothing; the answer's body is still to be read. Raises FAULTS."""
    sent = {"Host": parts.netloc.rpartition("@")[2], "Accept-Encoding": "identity", **headers}
    connection.request(method, target_of(parts), body, sent, preload_content=False, decode_content=False)
    return connection.getresponse()


def header_texts(response: BaseHTTPResponse) -> Mapping[str, str]:
    """The headers by name in lower case."""
    return {name.lower(): text for name, text in response.headers.items()}


@contextmanager
def cut_off(connection: Connection, seconds: float) -> Iterator[threading.Event]:
    """Breaks the connection when the time is over, whatever waits for it; the event says that it did."""
    late = threading.Event()

    def cut() -> None:
        late.set()
        if connection.handle is not None:
            with suppress(OSError):  # it has ended by itself
                connection.handle.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(max(seconds, 0), cut)
    timer.daemon = True
    timer.start()
    try:
        yield late
    finally:
        timer.cancel()
        timer.join()


def no_answer(host: str, error: Exception | None, late: bool, seconds: float) -> Unreachable:
    """What is raised of it, with a sentence."""
    if late:
        return TimedOut(f"{host} did not finish its answer in {seconds:g} seconds.")
    if isinstance(error, HTTPTimeout | TimeoutError) and not isinstance(error, NewConnectionError):
        return TimedOut(f"{host} was silent for too long.")
    if isinstance(error, ssl.SSLError):
        return Unreachable(
            f"{host} does not prove by its certificate that it is {host}: {error.reason or 'TLS failed'}."
        )
    return Unreachable(f"{host} gave no whole answer: {type(error).__name__}.")
