"""SIGTERM and SIGINT, heard at once and answered beside whatever the main thread does."""

import signal
import socket
import threading
from collections.abc import Callable


def hear(answer: Callable[[int], None]) -> None:
    """From now on calls `answer` with the number of each SIGTERM and SIGINT, on a thread of its own.

    Called from the main thread. A handler by itself runs when the main thread next executes Python: a signal that comes
    just before that thread begins to wait, or that the system gives to another thread, is heard when the wait ends,
    which may be never (seen: a relay that went on). And run in the middle of what the main thread does, it could wait
    for a lock that this very thread holds. The interpreter writes the number to a socket at once, whatever runs
    (`signal.set_wakeup_fd`).
    """
    ear, mouth = socket.socketpair()
    mouth.setblocking(False)

    def listen() -> None:
        while heard := ear.recv(1):
            answer(heard[0])

    threading.Thread(target=listen, name="signals", daemon=True).start()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    signal.set_wakeup_fd(mouth.detach())
