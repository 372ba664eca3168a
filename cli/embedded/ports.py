"""Ports: found free, and kept from one start to the next while they stay free."""

import json
import secrets
import socket
from pathlib import Path

from cli.embedded.atomic import write_atomically
from cli.embedded.errors import NoSuchAddress, PortTaken

_SERVERS = range(20_000, 32_000)
"""Below the ports that clients are given for their own end (from 32768 on Linux, 49152 elsewhere). Whoever asks for a
server that is away, again and again, would in the end be given that server's own port, be connected with itself, and
keep the server from coming back."""

_EVERY_ADDRESS = "0.0.0.0"  # noqa: S104


def is_free(host: str, port: int) -> bool:
    """Whether a server could listen there now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As servers do: a connection that still winds down is no clash.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def answers(host: str, port: int, timeout: float = 0.5) -> bool:
    """Whether something accepts connections there; `timeout` in seconds."""
    try:
        socket.create_connection((host, port), timeout).close()
    except OSError:
        return False
    return True


def reachable(host: str) -> str:
    """The address by which a client reaches a server bound to `host`: itself, or this machine's where it is all."""
    if host != _EVERY_ADDRESS:
        return host
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as route:
        try:
            route.connect(("192.0.2.1", 9))  # a documentation address (RFC 5737): nothing is sent
        except OSError:
            return "127.0.0.1"
        return str(route.getsockname()[0])


def require_free(host: str, wanted: dict[str, int]) -> None:
    """Raises PortTaken naming the first port that something else holds and who needs it, NoSuchAddress where `host`
    is not an address of this machine."""
    if not is_free(host, 0):
        raise NoSuchAddress(f"this machine has no address {host}: give one of its IPv4 addresses or names with --host.")
    for needs, port in wanted.items():
        if not is_free(host, port):
            raise PortTaken(
                f"port {port} on {host} is taken, and {needs} needs it: "
                "stop what listens there, or choose another range with --base-port."
            )


class PortBook:
    """The ports of a data folder, by name, in `ports.json`."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def claim(self, name: str, host: str) -> int:
        """The port noted for this name if it is still free, else a free one, noted."""
        book = self._read()
        noted = book.get(name)
        if noted is not None and is_free(host, noted):
            return noted
        book[name] = _any_free(host, taken=set(book.values()))
        write_atomically(self._path, json.dumps(book, indent=2).encode())
        return book[name]

    def _read(self) -> dict[str, int]:
        if not self._path.exists():
            return {}
        return {str(name): int(port) for name, port in json.loads(self._path.read_bytes()).items()}


def _any_free(host: str, taken: set[int]) -> int:
    while True:
        port = secrets.choice(_SERVERS)
        if port not in taken and is_free(host, port):
            return port
