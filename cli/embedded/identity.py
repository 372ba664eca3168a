"""Telling one process from another that later got the same number."""

import subprocess
import sys
from pathlib import Path

_PROC = Path("/proc")
_STATE, _SESSION, _STARTED = 0, 3, 19


def started_at(pid: int) -> str | None:
    """When the process started, as an opaque text that differs for any other process of that number, also after
    a reboot; None where it does not run (a zombie no longer runs)."""
    if sys.platform != "linux":
        listing = subprocess.run(["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
        return listing.stdout.strip() or None
    fields = _stat(pid)
    if fields is None or fields[_STATE] == "Z":
        return None
    boot = (_PROC / "sys/kernel/random/boot_id").read_text("ascii").strip()
    return f"{boot}:{fields[_STARTED]}"


def members_of(session: int) -> list[int]:
    """The running processes of a session. The kernel gives no new process a number that a session still bears."""
    if sys.platform != "linux":
        return []
    pids = (int(entry.name) for entry in _PROC.iterdir() if entry.name.isdecimal())
    return [
        pid
        for pid in pids
        if (fields := _stat(pid)) is not None and fields[_STATE] != "Z" and fields[_SESSION] == str(session)
    ]


def _stat(pid: int) -> list[str] | None:
    """proc(5) stat from the third field on: the second may hold blanks and parentheses."""
    try:
        return (_PROC / str(pid) / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()
    except OSError:
        return None
