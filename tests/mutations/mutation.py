"""One mechanism, and the small change that takes it away."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


class NoLongerApplies(Exception):
    """The text to be changed is not there exactly once: the code has moved on, and the mutation must follow it."""


@dataclass(frozen=True, slots=True)
class Mutation:
    """What is changed where, and the tests that must notice. `name` is how it is called on the command line."""

    name: str
    mechanism: str
    """What is taken away, as the documentation tells it."""
    otherwise: str
    """What would go wrong without it."""
    file: str
    before: str
    """Text that stands in the file exactly once."""
    after: str
    tests: tuple[str, ...]
    """Few and quick ones, as pytest names them; at least one has to fail."""

    def changed(self, root: Path) -> str:
        """The file as it is without the mechanism. Raises NoLongerApplies."""
        path = root / self.file
        text = path.read_text("utf-8") if path.is_file() else ""
        if (found := text.count(self.before)) != 1:
            raise NoLongerApplies(f"{self.name}: {found} places in {self.file} read {self.before!r}")
        return text.replace(self.before, self.after)

    @contextmanager
    def applied(self, root: Path) -> Iterator[None]:
        """The tree at `root`, which nobody else reads meanwhile, without the mechanism. Raises NoLongerApplies."""
        path = root / self.file
        changed, whole = self.changed(root), path.read_text("utf-8")
        _write(path, changed)
        try:
            yield
        finally:
            _write(path, whole)


def _write(path: Path, text: str) -> None:
    """Compiled code goes, too: it is told from newer source by seconds and size, which may be the same."""
    path.write_text(text, "utf-8")
    for compiled in (path.parent / "__pycache__").glob(f"{path.stem}.*.pyc"):
        compiled.unlink()
