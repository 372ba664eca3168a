"""The data folder: where each part keeps what, and the lock that makes one platform its owner."""

import fcntl
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from cli.embedded.errors import EmbeddedError, FolderInUse


class DataFolder:
    """Names inside the data folder. Readable by its owner alone: it holds members' data and private keys."""

    def __init__(self, path: Path) -> None:
        self.path = path.expanduser().absolute()
        self.logs = self.path / "logs"
        self.kafka = self.path / "kafka"
        self.noida = self.path / "noida"
        self.mongodb = self.path / "mongodb"
        self.mailbox = self.path / "mailbox"
        self.issuer = self.path / "issuer"
        self.secret_key = self.path / "secret.key"
        self.ports = self.path / "ports.json"
        self.processes = self.path / "processes.json"
        self.platform = self.path / "platform.json"
        self._lock = self.path / "lock"

    @contextmanager
    def held(self) -> Iterator[None]:
        """Makes the folder where it is missing, and keeps it for this process, whatever ends it.

        Raises FolderInUse naming the holder, EmbeddedError where the folder cannot be made.
        """
        try:
            self.logs.mkdir(parents=True, exist_ok=True)
            self.path.chmod(0o700)
        except OSError as error:
            raise EmbeddedError(f"{self.path} cannot be used: {error.strerror}. Choose another with --data.") from error
        with self._lock.open("a+b") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise FolderInUse(self._holder()) from error
            lock.truncate(0)
            lock.write(json.dumps({"pid": os.getpid()}).encode())
            lock.flush()
            yield

    def _holder(self) -> str:
        try:
            who = f"by process {json.loads(self._lock.read_bytes())['pid']}"
        except ValueError:  # it has the lock and has not yet written its number
            who = "by a process that is just starting"
        return f"{self.path} is in use {who}: stop it, or choose another folder with --data."


@contextmanager
def locked(path: Path, while_waiting: Callable[[], None]) -> Iterator[None]:
    """Holds a lock file that several processes may want. `while_waiting` is called a few times a second, may raise."""
    with path.open("ab") as lock:
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                while_waiting()
                time.sleep(0.2)
        yield
