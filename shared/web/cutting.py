"""Cutting off a client that neither reads nor leaves.

The server has no way to give up a connection whose client keeps it open and takes nothing: it would wait with what is
written for ever, also when it is to stop. So the socket is found among this process's own, and shut.
"""

import contextlib
import os
import socket
from collections.abc import Collection
from pathlib import Path

_DESCRIPTORS = Path("/proc/self/fd")

Address = tuple[str, int]


def cut_off(clients: Collection[Address]) -> int:
    """Shuts the connections from these addresses and ports; how many there were. Linux only, elsewhere none."""
    with contextlib.suppress(OSError):
        return sum(_cut_off(int(each.name), clients) for each in list(_DESCRIPTORS.iterdir()))
    return 0


def _cut_off(descriptor: int, clients: Collection[Address]) -> bool:
    try:
        # A descriptor of our own cannot become another connection's between the look and the shutting.
        own = os.dup(descriptor)
    except OSError:  # closed meanwhile
        return False
    try:
        connection = socket.socket(fileno=own)
    except OSError:  # no socket
        os.close(own)
        return False
    with connection:
        try:
            if connection.getpeername()[:2] not in clients:
                return False
            connection.shutdown(socket.SHUT_RDWR)
        except OSError:  # not connected
            return False
        return True
