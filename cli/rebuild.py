"""`ithaca rebuild SERVICE PROJECTION`: a projection anew from the log, while the old one serves."""

import sys

import click
from kafka.errors import KafkaError
from pymongo.errors import PyMongoError

from cli import environment
from cli.away import broker_failed, database_failed
from cli.progress import Bar
from shared.errors import IthacaError
from shared.messaging.rebuild import NotOnTheLog, Stage
from shared.service import rebuilding
from shared.settings import SERVICES


@click.command("rebuild")
@click.argument("service", type=click.Choice(SERVICES), metavar="SERVICE")
@click.argument("projection")
@click.option(
    "--leave-out-missing", is_flag=True, help="Go on without what the topics have no message of, and so drop it."
)
def command(service: str, projection: str, leave_out_missing: bool) -> None:
    """Makes PROJECTION of SERVICE anew from the topics it copies.

    Nothing is told again. Broken off at any point, it leaves the old one in place: run it again.
    """
    foundation = environment.ground(environment.settings(), service)
    rebuild = rebuilding(lambda laid: environment.build(service, laid), foundation)
    try:
        with Bar() as bar:
            rebuilt = rebuild.run(
                projection,
                lambda stage, done, total: bar.show(_words(projection, stage), done, total),
                leave_out_missing=leave_out_missing,
            )
    except IthacaError as error:
        click.echo(f"ithaca: {error.detail}", err=True)
        if isinstance(error, NotOnTheLog):
            click.echo("`ithaca announce` of their owner puts them there; --leave-out-missing drops them.", err=True)
        sys.exit(1)
    except KafkaError as error:
        broker_failed(error, foundation.settings)
    except PyMongoError as error:
        database_failed(error)
    finally:
        foundation.close()
    documents = ", ".join(f"{count} in {name}" for name, count in rebuilt.documents.items())
    click.echo(f"{service} {projection} is rebuilt: {documents}.")
    for count, what in (
        (rebuilt.carried, "keys are carried over from the old copy: erased, or with nothing on the log yet to go by"),
        (rebuilt.left_out, "keys are left out: the log has nothing of them"),
        (rebuilt.refused, "messages are refused as invalid"),
    ):
        if count:
            click.echo(f"{count} {what}.")


def _words(projection: str, stage: Stage) -> str:
    return f"{projection}, {stage.value}"
