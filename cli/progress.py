"""Progress of a command that takes a while: a bar on a terminal, now and then a line elsewhere."""

import sys
import time

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

_LINE_EACH_SECONDS = 5.0


class Bar:
    """A context that shows one thing at a time; on standard error, so that the outcome stands alone on the other."""

    def __init__(self) -> None:
        self._bar: Progress | None = None
        if sys.stderr.isatty():
            columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
            self._bar = Progress(*columns, console=Console(stderr=True), transient=True)
        self._what = ""
        self._told_at = 0.0

    def __enter__(self) -> "Bar":
        if self._bar is not None:
            self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def show(self, what: str, done: int, total: int, note: str = "") -> None:
        """Shows how far it is with `what`; `note` is what else there is to say of it now."""
        if self._bar is None:
            self._tell(what, done, total, note)
            return
        if what != self._what:
            for task in self._bar.task_ids:
                self._bar.remove_task(task)
            self._bar.add_task(what, total=total)
            self._what = what
        self._bar.update(self._bar.task_ids[0], description=_joined(what, note), completed=done, total=total)

    def _tell(self, what: str, done: int, total: int, note: str) -> None:
        if what == self._what and time.monotonic() - self._told_at < _LINE_EACH_SECONDS and done < total:
            return
        self._what, self._told_at = what, time.monotonic()
        click.echo(_joined(f"{what}: {done} of {total}" if total else what, note), err=True)


def _joined(what: str, note: str) -> str:
    return f"{what}, {note}" if note else what
