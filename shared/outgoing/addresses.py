"""Which addresses we may speak to when somebody else chose them: public ones, and private ones that were allowed.

A name is resolved once, its addresses are checked, and the connection is made to a checked address: a name that
answers differently the second time gains nothing.
"""

import contextlib
import ipaddress
import socket
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from shared.settings import Network

_BRIEF = 2.0

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], Sequence[str]]
"""Host and port -> its addresses, best first. Raises OSError where there are none."""


class Forbidden(Exception):
    """The host leads to an address that we may not speak to; the message says so in a sentence."""


class Unresolved(Exception):
    """The name has no address now."""


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a request may go; the default: public addresses only."""

    networks: tuple[Network, ...] = ()

    def allows(self, address: str) -> bool:
        """Whether an address, as the resolver writes it, may be spoken to."""
        found = _plain(address)
        return _is_public(found) or self.named(address)

    def named(self, address: str) -> bool:
        """Whether one of the networks holds it."""
        found = _plain(address)
        return any(found.version == network.version and found in network for network in self.networks)


def system_resolve(host: str, port: int) -> Sequence[str]:
    """By the machine's resolver."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(each[4][0]) for each in found))


def brief_resolve(host: str, port: int) -> Sequence[str]:
    """The same, for whoever cannot wait: a resolver that takes longer than 2 seconds has no address to give."""
    found: list[Sequence[str]] = []

    def look() -> None:
        with contextlib.suppress(OSError, UnicodeError):
            found.append(system_resolve(host, port))

    thread = threading.Thread(target=look, name="resolve", daemon=True)
    thread.start()
    thread.join(_BRIEF)
    if not found:
        raise OSError("no address in time")
    return found[0]


def checked(host: str, port: int, reach: Reach, resolve: Resolve = system_resolve) -> Sequence[str]:
    """The addresses of the host, every one allowed.

    One that is not taints the others: a name that leads inside as well as outside is an attack or a mistake. Raises
    Forbidden, Unresolved.
    """
    try:
        addresses = resolve(host, port)
    except (OSError, UnicodeError) as error:
        raise Unresolved(f"The name {host} has no address.") from error
    for address in addresses:
        if not reach.allows(address):
            raise Forbidden(f"{host} leads to {address}, an address that is not public and not allowed here.")
    if not addresses:
        raise Unresolved(f"The name {host} has no address.")
    return addresses


def _plain(address: str) -> IpAddress:
    """Without a zone; what IPv6 only wraps (mapped, 6to4, NAT64) is the IPv4 address that it leads to."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        wrapped = found.ipv4_mapped or found.sixtofour
        if wrapped is None and found in _NAT64:
            wrapped = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        return wrapped or found
    return found


def _is_public(address: IpAddress) -> bool:
    """Whether the registries gave it to somebody out there.

    Of IPv6 that is said by what they give out of: `is_global` calls whole ranges global that nobody has, or that wrap
    an IPv4 address in a way of their own.
    """
    if not address.is_global or address.is_multicast:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        return address in _GIVEN_OUT
    return address not in _PROTOCOLS


_GIVEN_OUT = ipaddress.IPv6Network("2000::/3")
"""What there is of global unicast (IANA's registry of the IPv6 address space)."""

_PROTOCOLS = ipaddress.IPv4Network("192.0.0.0/24")
"""For protocols (RFC 6890): a cloud's metadata answer at 192.0.0.192, and Python 3.11 calls some of it global."""

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
