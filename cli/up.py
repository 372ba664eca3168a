"""`ithaca up`: the whole platform in the foreground."""

import logging
import os
import sys
from pathlib import Path

import click
from rich.console import Console

from cli.embedded.errors import EmbeddedError, Interrupted
from cli.embedded.folder import DataFolder
from cli.embedded.interruption import Interruption
from cli.embedded.launch import launch
from cli.embedded.ledger import Ledger
from cli.embedded.plan import Addresses
from cli.embedded.report import LiveReport, PlainReport, tell
from cli.embedded.supervisor import Supervisor
from shared.settings import SettingsError, default_data_folder


@click.command("up")
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    help="The data folder; default: ITHACA_DATA, else the user's data folder.",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Where broker, services and mailbox page listen.")
@click.option(
    "--base-port",
    default=8000,
    show_default=True,
    type=click.IntRange(1, 65530),
    help="The services take the next four.",
)
def command(data: Path | None, host: str, base_port: int) -> None:
    """Runs the whole platform: broker, database, mailbox and the four services, until Ctrl-C."""
    folder = DataFolder(data or default_data_folder(os.environ))
    # A broker that is still starting is no news: the readiness checks say in the end what is wrong.
    logging.getLogger("kafka").addHandler(logging.NullHandler())
    try:
        with folder.held():
            _run(folder, Addresses(host, base_port))
    except (EmbeddedError, SettingsError) as error:
        click.echo(f"ithaca up: {error}", err=True)
        sys.exit(1)


def _run(folder: DataFolder, addresses: Addresses) -> None:
    interruption = Interruption()
    ledger = Ledger(folder.processes)
    console = Console()
    report = LiveReport(console) if console.is_terminal else PlainReport()
    supervisor = Supervisor(ledger, interruption, report)
    interruption.install(at_once=supervisor.kill)
    try:
        for name in ledger.end_leftovers():
            report.say(name, "ended what an earlier run had left running")
        folder.platform.unlink(missing_ok=True)
        platform = launch(folder, addresses, os.environ, supervisor, report)
        report.close()
        platform.save(folder.path)
        tell(platform.ready_line())
        supervisor.watch()
    except Interrupted:
        report.close()
        tell("stopping; press Ctrl-C again to end everything at once")
    finally:
        report.close()
        folder.platform.unlink(missing_ok=True)
        supervisor.stop()
