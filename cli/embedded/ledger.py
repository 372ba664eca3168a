"""Who was started for a data folder (`processes.json`), so that the next start can end what a kill left over."""

import json
import os
import signal
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from cli.embedded.atomic import write_atomically
from cli.embedded.child import Child
from cli.embedded.identity import members_of, started_at

GRACE = 15.0
"""Seconds that a leftover has to end by itself."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One started process; `started` tells it from a later one of the same number."""

    name: str
    pid: int
    started: str
    command: tuple[str, ...]


class Ledger:
    """The processes of one data folder."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def write(self, children: Mapping[str, Child]) -> None:
        """Notes who runs now. Called after every start and every end."""
        entries = [
            asdict(Entry(name, child.pid, child.started, child.command.arguments)) for name, child in children.items()
        ]
        write_atomically(self._path, json.dumps(entries, indent=2).encode(), mode=0o600)

    def read(self) -> list[Entry]:
        """Who ran when it was last written."""
        if not self._path.exists():
            return []
        return [
            Entry(row["name"], row["pid"], row["started"], tuple(row["command"]))
            for row in json.loads(self._path.read_bytes())
        ]

    def end_leftovers(self) -> list[str]:
        """Ends what an earlier run left running, and names it. Waits up to 15 seconds before it kills.

        Nobody else's process is touched: a process counts as ours where number and start time match, or where it
        belongs to the session that a process of ours opened and bears this data folder in its environment.
        """
        groups = {entry: self._survivors(entry) for entry in self.read()}
        groups = {entry: pids for entry, pids in groups.items() if pids}
        for pids in groups.values():
            _send(pids, signal.SIGTERM)
        deadline = time.monotonic() + GRACE
        while time.monotonic() < deadline and any(self._survivors(entry) for entry in groups):
            time.sleep(0.05)
        for entry in groups:
            _send(self._survivors(entry), signal.SIGKILL)
        while any(self._survivors(entry) for entry in groups):
            time.sleep(0.05)
        self._path.unlink(missing_ok=True)
        return [entry.name for entry in groups]

    def _survivors(self, entry: Entry) -> list[int]:
        if started_at(entry.pid) == entry.started:
            return [entry.pid]
        folder = str(self._path.parent)
        return [pid for pid in members_of(entry.pid) if _data_folder_of(pid) == folder]


def _data_folder_of(pid: int) -> str | None:
    try:
        variables = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:
        return None
    named = (variable for variable in variables if variable.startswith(b"ITHACA_DATA="))
    return next((os.fsdecode(variable.partition(b"=")[2]) for variable in named), None)


def _send(pids: list[int], which: signal.Signals) -> None:
    for pid in pids:
        try:
            os.kill(pid, which)
        except ProcessLookupError:
            continue
