"""One GET, to a checked address, of bounded size and time, following nothing.

The whole of it has a deadline: a server that sends a byte each second would otherwise keep its reader for hours, as the
timeouts of sockets begin anew with every byte.
"""

import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError
from urllib3.response import BaseHTTPResponse

from shared.outgoing.addresses import Forbidden, Reach, Resolve, Unresolved, checked, system_resolve

LARGEST = 8 << 20
"""Bytes of an answer's body."""

DEADLINE = 20.0
"""Seconds for all of it."""

_SILENCE = 10.0
_PIECE = 1 << 16
_PORTS = {"http": 80, "https": 443}


class Unreachable(Exception):
    """There was no whole answer; the message says why in a sentence. Worth another try."""


class TooLarge(Exception):
    """The body is larger than we take. The same again would be, too."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Client:
    """Asks within `reach`. Plain http goes to the networks that `reach` names and nowhere else."""

    reach: Reach = field(default_factory=Reach)
    resolve: Resolve = system_resolve
    deadline: float = DEADLINE
    largest: int = LARGEST

    def get(self, url: str, headers: Mapping[str, str]) -> Answer:
        """The answer, whatever its status; a redirect is one, too.

        Raises Forbidden where the address may not be spoken to, Unreachable, TooLarge.
        """
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
        try:
            address = checked(host, port, self.reach, self.resolve)[0]
        except Unresolved as error:
            raise Unreachable(str(error)) from error
        if parts.scheme == "http" and not self.reach.named(address):
            raise Forbidden("Without TLS only allowed private networks are spoken to: use https.")
        target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        connection = _connection(parts.scheme, host, address, port)
        sent = {"Host": parts.netloc.rpartition("@")[2], "Accept-Encoding": "identity", **headers}
        try:
            with _cut_off(connection, self.deadline) as late:
                try:
                    connection.request("GET", target, headers=sent, preload_content=False, decode_content=False)
                    response = connection.getresponse()
                    body = self._body(response)
                except (HTTPError, OSError, ValueError) as error:
                    raise Unreachable(_sentence(host, error, late.is_set(), self.deadline)) from error
                if late.is_set():  # where no length was announced, what was cut off looks like an end
                    raise Unreachable(_sentence(host, None, True, self.deadline))
                return Answer(response.status, {name.lower(): text for name, text in response.headers.items()}, body)
        finally:
            connection.close()

    def _body(self, response: BaseHTTPResponse) -> bytes:
        pieces, size = [], 0
        while piece := response.read(_PIECE):
            size += len(piece)
            if size > self.largest:
                raise TooLarge(f"The answer has more than {self.largest} bytes.")
            pieces.append(piece)
        return b"".join(pieces)


class _Held:
    """Keeps a second handle of the socket: the first is taken apart by TLS and by the answer, this one cuts it off."""

    handle: socket.socket | None = None

    def _new_conn(self) -> socket.socket:
        made: socket.socket = super()._new_conn()  # type: ignore[misc]
        self.handle = made.dup()
        return made


class _Plain(_Held, HTTPConnection):
    """Over http."""


class _Secure(_Held, HTTPSConnection):
    """Over TLS."""


def _connection(scheme: str, host: str, address: str, port: int) -> _Plain | _Secure:
    """To the address; the certificate is still the name's."""
    if scheme == "http":
        return _Plain(address, port, timeout=_SILENCE)
    return _Secure(
        address,
        port,
        timeout=_SILENCE,
        server_hostname=host,
        assert_hostname=host,
        ssl_context=ssl.create_default_context(),
    )


@contextmanager
def _cut_off(connection: _Plain | _Secure, seconds: float) -> Iterator[threading.Event]:
    """Breaks the connection when the time is over, whatever waits for it; the event says that it did."""
    late = threading.Event()

    def cut() -> None:
        late.set()
        if connection.handle is not None:
            with suppress(OSError):  # it has ended by itself
                connection.handle.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield late
    finally:
        timer.cancel()
        timer.join()
        if connection.handle is not None:
            connection.handle.close()


def _sentence(host: str, error: Exception | None, late: bool, seconds: float) -> str:
    if late:
        return f"{host} did not finish its answer in {seconds:g} seconds."
    if isinstance(error, ssl.SSLError):
        return f"{host} does not prove by its certificate that it is {host}: {error.reason or 'TLS failed'}."
    return f"{host} gave no whole answer: {type(error).__name__}."
