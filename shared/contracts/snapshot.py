"""The JSON Schemas as last promised, committed beside the code: `python -m shared.contracts.snapshot` refreshes them.

It refuses a change that breaks a promise: that needs a new version of the type. Before a first release, or to withdraw
a type on purpose, `--break-promises` writes them all the same.
"""

import json
import sys
from pathlib import Path

import click

from shared.contracts import registry
from shared.contracts.compatibility import breaking_changes
from shared.contracts.json_schema import JsonSchema

FOLDER = Path(__file__).parent / "snapshots"
COMMAND = "python -m shared.contracts.snapshot"


def promised() -> dict[str, JsonSchema]:
    """The committed schemas, by type name."""
    return {file.stem: json.loads(file.read_text("utf-8")) for file in sorted(FOLDER.glob("*.json"))}


def current() -> dict[str, JsonSchema]:
    """The schemas as the classes say now, by type name."""
    return {each.name: each.json_schema() for each in registry.all_types()}


def broken_promises() -> list[str]:
    """What the classes no longer keep of the committed schemas, each a sentence that names the type."""
    now = current()
    broken = []
    for name, schema in promised().items():
        if name not in now:
            broken.append(f"{name} is gone")
        else:
            broken += [f"{name}: {change}" for change in breaking_changes(schema, now[name])]
    return broken


@click.command(help="Refreshes the committed JSON Schemas.")
@click.option("--break-promises", is_flag=True, help="Write them even where a promise is broken.")
def refresh(break_promises: bool) -> None:
    """Writes the folder anew. Exits 1, having written nothing, on a broken promise."""
    broken = broken_promises()
    if broken and not break_promises:
        click.echo("These changes need a new version of the type:\n" + "\n".join(broken), err=True)
        sys.exit(1)
    FOLDER.mkdir(exist_ok=True)
    for stale in FOLDER.glob("*.json"):
        stale.unlink()
    for name, schema in current().items():
        (FOLDER / f"{name}.json").write_text(json.dumps(schema, indent=2, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    refresh()
