"""`ithaca announce SERVICE`: current facts once more, for readers who need more than the topics still have."""

import sys
from functools import partial

import click
from pymongo.errors import PyMongoError

from cli import environment
from cli.away import database_failed
from cli.progress import Bar
from shared.errors import Unavailable
from shared.messaging.announce import announce
from shared.settings import SERVICES


@click.command("announce")
@click.argument("service", type=click.Choice(SERVICES), metavar="SERVICE")
def command(service: str) -> None:
    """Announces the current facts that SERVICE owns again: new messages at the same versions.

    Who knows them passes them over. Its relay sends them. Broken off, run it again: it does no harm.
    """
    [owner] = environment.every_service(service)
    if not owner.facts:
        click.echo(f"{service} owns no facts on a compacted topic: there is nothing to announce.")
        return
    for facts in owner.facts:
        try:
            with Bar() as bar:
                told = announce(owner.foundation.unit_of_work, facts, partial(bar.show, facts.topic))
        except Unavailable as error:
            click.echo(f"ithaca: {error.detail}", err=True)
            sys.exit(1)
        except PyMongoError as error:
            database_failed(error)
        click.echo(f"{facts.topic}: {told} announced again.")
