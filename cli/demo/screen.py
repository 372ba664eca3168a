"""What the person at the terminal sees; plain lines where the output is no terminal."""

import time
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from cli.demo.failure import NotSeen
from cli.demo.lineage import Line

_WRITERS = {"profiles": "cyan", "matching": "magenta", "events": "green", "notifications": "yellow"}


class Screen:
    """Step by step: a heading, what people do, each message as it fans out, and what came of it."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._began = time.monotonic()
        self._step_began = self._began

    def opening(self, tenant: str, mailbox: str) -> None:
        """Before the first step."""
        self._print(Text.assemble(("The story of an association", "bold"), f", tenant {tenant}"))
        self._print(Text(f"Mails lie in {mailbox}", "dim"))
        self._print(Text("A message stands under the one that brought it about, deeper by one step.", "dim"))

    def step(self, number: int, of: int, title: str) -> None:
        """A new step begins."""
        self._step_began = time.monotonic()
        self._print(Text())
        self._print(Text.assemble((f"{number}/{of} ", "bold blue"), (title, "bold")))

    def act(self, text: str) -> None:
        """Somebody does something."""
        self._print(Text.assemble(("  > ", "blue"), text))

    def message(self, line: Line) -> None:
        """A message came."""
        since = time.monotonic() - self._step_began
        because = f", because of {line.cause}" if line.cause else ""
        self._print(
            Text.assemble(
                (f"  {since:6.2f}s  ", "dim"),
                (f"{line.writer:<20}", _WRITERS.get(line.writer, "bold")),
                (f"{line.topic:<18}", "dim"),
                "  " * line.depth + line.kind,
                (f"  {line.about}", "italic"),
                (f"  ({line.key}{because})", "dim"),
            )
        )

    def seen(self, text: str) -> None:
        """Something that had to happen did."""
        self._print(Text.assemble(("  ✓ ", "green"), text))

    def rows(self, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """A small table."""
        if not self._console.is_terminal:
            for row in rows:
                self._print(Text("    " + " | ".join(row)))
            return
        table = Table(*columns, box=None, padding=(0, 2), header_style="dim")
        for row in rows:
            table.add_row(*(Text(cell) for cell in row))
        self._console.print(table)

    def failed(self, failure: NotSeen) -> None:
        """The step was not seen to happen."""
        self._print(Text.assemble(("  ✗ ", "bold red"), ("Not seen: ", "bold red"), failure.expected))
        self._print(Text.assemble(("    Instead: ", "red"), failure.instead))

    def finished(self, messages: int) -> None:
        """Every step was seen."""
        seconds = time.monotonic() - self._began
        self._print(Text())
        self._print(Text(f"Every step was seen: {messages} messages in {seconds:.0f} seconds.", "bold green"))

    def _print(self, text: Text) -> None:
        self._console.print(text, soft_wrap=True)
