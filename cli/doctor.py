"""`ithaca doctor`: what is missing or wrong on this machine, and how to mend it."""

import logging
import os
import sys
from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from cli.embedded.folder import DataFolder
from cli.embedded.machine import Finding, examine
from shared.settings import SettingsError, default_data_folder

_MARKS = {"fine": "[green]ok", "note": "[yellow]note", "fault": "[red]fault"}


@click.command("doctor")
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    help="The data folder; default: ITHACA_DATA, else the user's data folder.",
)
def command(data: Path | None) -> None:
    """Shows what this machine has and lacks; exits with 1 where the platform could not start."""
    logging.getLogger("kafka").addHandler(logging.NullHandler())
    try:
        findings = examine(DataFolder(data or default_data_folder(os.environ)), os.environ)
    except SettingsError as error:
        click.echo(f"ithaca doctor: {error}", err=True)
        sys.exit(1)
    _show(findings)
    sys.exit(1 if any(finding.verdict == "fault" for finding in findings) else 0)


def _show(findings: list[Finding]) -> None:
    if not sys.stdout.isatty():
        for finding in findings:
            mend = f" -> {finding.mend}" if finding.mend else ""
            click.echo(f"{finding.name}: {finding.verdict}: {finding.found}{mend}")
        return
    table = Table("", "what", "found", "how to mend it", box=None)
    for finding in findings:
        table.add_row(_MARKS[finding.verdict], finding.name, escape(finding.found), escape(finding.mend))
    Console().print(table)
