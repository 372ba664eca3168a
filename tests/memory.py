"""Where brokers and databases of a run keep their files: in memory, where it is plenty, else on the disk.

They are the real ones either way, and what a killed process wrote outlives it in both. Only the waiting for the disk
goes, which on a small machine is most of the time that tests take.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_MEMORY = Path("/dev/shm")
_NAME = "ithaca-test-"
_ENOUGH = 8 << 30
"""Bytes: a run fills a quarter of it."""


@contextmanager
def quick_folder(otherwise: Path) -> Iterator[Path]:
    """A folder that is gone afterwards, or `otherwise`, which stays to be looked at, where memory is scarce."""
    if not _MEMORY.is_dir() or _available() < _ENOUGH:
        yield otherwise
        return
    _remove_leftovers()
    with tempfile.TemporaryDirectory(prefix=f"{_NAME}{os.getpid()}-", dir=_MEMORY, ignore_cleanup_errors=True) as name:
        yield Path(name)


def _available() -> int:
    """Bytes that are free in memory and in the file system over it."""
    space = os.statvfs(_MEMORY)
    for line in Path("/proc/meminfo").read_text().splitlines():
        if line.startswith("MemAvailable:"):
            return min(int(line.split()[1]) * 1024, space.f_bavail * space.f_frsize)
    return 0


def _remove_leftovers() -> None:
    """Takes away what runs left that were killed: nothing else would, and it is memory."""
    for folder in _MEMORY.glob(f"{_NAME}*"):
        pid = folder.name.removeprefix(_NAME).partition("-")[0]
        if pid.isdecimal() and not Path(f"/proc/{pid}").exists():
            shutil.rmtree(folder, ignore_errors=True)
