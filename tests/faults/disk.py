"""A small disk for the database, in memory, which can be filled to its last byte."""

import contextlib
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pymongo import MongoClient
from pymongo.errors import PyMongoError

from tests.faults.behind_proxies import Behind

_SIZE = "3g"
_BALLAST = "ballast"


@dataclass(slots=True)
class Disk:
    """Where the database keeps its files. `refusal`: why it is a disk like any other, and cannot be filled."""

    folder: Path
    refusal: str | None

    def fill(self) -> None:
        """Until not a byte more can be written, by anybody."""
        with (self.folder / _BALLAST).open("wb", buffering=0) as ballast:
            space = os.statvfs(self.folder)
            with contextlib.suppress(OSError):
                os.posix_fallocate(ballast.fileno(), 0, space.f_bavail * space.f_frsize)
            ballast.seek(0, os.SEEK_END)
            with contextlib.suppress(OSError):
                while ballast.write(bytes(4096)):
                    pass

    def empty(self) -> None:
        (self.folder / _BALLAST).unlink()

    def write(self, database: Behind) -> None:
        """Has the database write what it holds in memory, which by itself it would do within a minute."""
        if not database.backend.alive():
            return
        with (
            contextlib.suppress(PyMongoError),
            MongoClient[dict[str, object]](
                database.direct, serverSelectionTimeoutMS=500, socketTimeoutMS=2000
            ) as client,
        ):
            client.admin.command("fsync")


@contextmanager
def small_disk(folder: Path) -> Iterator[Disk]:
    """A disk at this folder, gone afterwards with all that is on it."""
    folder.mkdir(parents=True, exist_ok=True)
    refusal = _mounted(folder)
    try:
        yield Disk(folder, refusal)
    finally:
        if refusal is None:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)


def _mounted(folder: Path) -> str | None:
    """None where it is; else why not."""
    command = ["mount", "-t", "tmpfs", "-o", f"size={_SIZE},mode=0700", "ithaca-faults", str(folder)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError as error:
        return f"a small disk cannot be mounted: {error.strerror}"
    return None if done.returncode == 0 else f"a small disk cannot be mounted: {done.stderr.strip()}"
