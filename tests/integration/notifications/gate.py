"""A way to the database that can be closed: to who goes through it, the database is away."""

import contextlib
import socket
import threading
from urllib.parse import urlsplit


class Gate:
    """Carries connections to the one database of a test run, as long as it is open."""

    def __init__(self, mongodb: str) -> None:
        found = urlsplit(mongodb)
        self._behind = (found.hostname or "127.0.0.1", found.port or 27017)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open = threading.Event()
        self._held: set[socket.socket] = set()
        self._open.set()
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def uri(self) -> str:
        """The database behind it; of the other addresses of its replica set nothing is asked."""
        return f"mongodb://127.0.0.1:{self._listener.getsockname()[1]}/?directConnection=true"

    def shut(self) -> None:
        """Ends all connections and takes no more."""
        self._open.clear()
        for held in list(self._held):
            with contextlib.suppress(OSError):
                held.shutdown(socket.SHUT_RDWR)

    def open(self) -> None:
        self._open.set()

    def close(self) -> None:
        """For good."""
        self.shut()
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):  # it was closed
            while True:
                connection, _ = self._listener.accept()
                if not self._open.is_set():
                    connection.close()
                    continue
                behind = socket.create_connection(self._behind)
                self._held |= {connection, behind}
                for source, target in ((connection, behind), (behind, connection)):
                    threading.Thread(target=self._carry, args=(source, target), daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while content := source.recv(65536):
                target.sendall(content)
        for each in (source, target):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        # Both threads of the pair come here; the second finds them closed.
        for each in (source, target):
            self._held.discard(each)
        target.close()
