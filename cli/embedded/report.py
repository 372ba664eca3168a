"""What the person at the terminal sees: a live table there, plain lines everywhere else."""

import os
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

import click
from rich.console import Console
from rich.live import Live
from rich.table import Table

_COLORS = {"ready": "green", "done": "green", "stopped": "dim", "failed": "red"}


def tell(line: str) -> None:
    """Prints a line at once. Where nobody reads any more (a closed pipe or terminal) all goes on in silence."""
    try:
        click.echo(line)
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class Report(Protocol):
    """Where the supervisor tells what happens. Called from the main thread."""

    def say(self, part: str, text: str) -> None:
        """One thing that happened to a part."""
        ...

    def state(self, part: str, state: str, address: str = "", restarts: int = 0) -> None:
        """The part is in this state from now on."""
        ...

    def close(self) -> None:
        """Whatever is drawn is left standing. Called before anything else prints, once or more."""
        ...


class PlainReport:
    """A line per step, flushed."""

    def close(self) -> None:
        """Nothing is open."""

    def say(self, part: str, text: str) -> None:
        tell(f"{part}: {text}")

    def state(self, part: str, state: str, address: str = "", restarts: int = 0) -> None:
        where = f" at {address}" if address and state == "ready" else ""
        again = f" (restart {restarts})" if restarts else ""
        self.say(part, f"{state}{where}{again}")


@dataclass(slots=True)
class _Row:
    state: str = ""
    address: str = ""
    restarts: int = 0
    since: float = 0.0
    note: str = ""


class LiveReport:
    """A table that is drawn anew as parts change, until `close`; plain lines after that."""

    def __init__(self, console: Console) -> None:
        self._rows: dict[str, _Row] = {}
        self._plain = PlainReport()
        self._live = Live(get_renderable=self._table, console=console, refresh_per_second=4)
        self._live.start()
        self._open = True

    def say(self, part: str, text: str) -> None:
        if not self._open:
            self._plain.say(part, text)
            return
        self._row(part).note = text

    def state(self, part: str, state: str, address: str = "", restarts: int = 0) -> None:
        if not self._open:
            self._plain.state(part, state, address, restarts)
            return
        row = self._row(part)
        row.state, row.restarts, row.since, row.note = state, restarts, time.monotonic(), ""
        row.address = address or row.address

    def close(self) -> None:
        """Leaves the last table standing; lines from now on."""
        if self._open:
            self._open = False
            with suppress(OSError):  # the terminal may be gone
                self._live.stop()

    def _row(self, part: str) -> _Row:
        return self._rows.setdefault(part, _Row(since=time.monotonic()))

    def _table(self) -> Table:
        table = Table(box=None, pad_edge=False)
        for heading in ("part", "state", "address", "restarts", "since", ""):
            table.add_column(heading, justify="right" if heading in {"restarts", "since"} else "left")
        for name, row in self._rows.items():
            table.add_row(
                name,
                f"[{_COLORS.get(row.state, 'yellow')}]{row.state}",
                row.address,
                str(row.restarts or ""),
                f"{time.monotonic() - row.since:.0f} s",
                row.note,
            )
        return table
