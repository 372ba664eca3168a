"""How a command ends that can go no further."""

import sys
from typing import NoReturn

import click


def end(line: str, status: int = 1) -> NoReturn:
    """Ends it with this line and this status."""
    click.echo(f"ithaca: {line}", err=True)
    sys.exit(status)
