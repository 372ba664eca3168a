"""A log file that stays small: at its limit it becomes `NAME.1`, that one `NAME.2`, and the oldest goes."""

from pathlib import Path
from types import TracebackType
from typing import Self


class RotatingLog:
    """Appends lines; holds at most `generations + 1` files of about `limit` bytes. For one writer."""

    def __init__(self, path: Path, limit: int = 10_000_000, generations: int = 2) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path, self._limit, self._generations = path, limit, generations
        self._file = path.open("ab")

    def write(self, line: bytes) -> None:
        """Appends and flushes, so that whoever reads the file sees what happened last."""
        if self._file.tell() + len(line) > self._limit and self._file.tell():
            self._rotate()
        self._file.write(line)
        self._file.flush()

    def _rotate(self) -> None:
        self._file.close()
        names = [self._path, *(Path(f"{self._path}.{number}") for number in range(1, self._generations + 1))]
        for older, newer in zip(reversed(names), reversed(names[:-1]), strict=False):
            if newer.exists():
                newer.replace(older)
        self._file = self._path.open("ab")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._file.close()


def last_lines(path: Path, count: int = 20) -> str:
    """The last lines of a log, for a message about a part that failed; empty where there is none."""
    if not path.exists():
        return ""
    return "\n".join(path.read_text("utf-8", "replace").splitlines()[-count:])
