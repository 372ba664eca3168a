"""`ithaca restored SERVICE`: what a service needs once its database was put back from a backup."""

from collections import Counter
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO

import click
import orjson
from kafka.errors import KafkaError
from pymongo.errors import PyMongoError

from cli import environment
from cli.away import broker_failed, database_failed
from cli.ending import end
from cli.progress import Bar
from shared.clock import parse_rfc3339, rfc3339
from shared.errors import IthacaError
from shared.messaging.envelope import Message
from shared.settings import SERVICES

_MOST_BEHIND = 6 * 24
"""Hours. The outbox remembers for seven days what was sent: of what is older nobody could say whether it was lost."""


def _moment(_context: click.Context, _parameter: click.Parameter, value: str) -> datetime:
    try:
        return parse_rfc3339(value)
    except ValueError as error:
        raise click.BadParameter(f"{value!r} is no time with an offset, such as 2026-11-26T03:00:00Z.") from error


@click.command("restored")
@click.argument("service", type=click.Choice(SERVICES), metavar="SERVICE")
@click.option("--at", required=True, callback=_moment, help="The point that the database is at now.")
@click.option(
    "--behind",
    type=click.IntRange(1, _MOST_BEHIND),
    default=24,
    show_default=True,
    help="Hours that workers and relay were behind at most at that point.",
)
@click.option("--lost", "path", type=click.Path(dir_okay=False, path_type=Path), help="Where to list the lost writes.")
def command(service: str, at: datetime, behind: int, path: Path | None) -> None:
    """Has SERVICE, whose database is at an earlier point, go on from there. Stop all of its processes first.

    Its workers read again what they had handled since; versions are raised above all that were told; what it owns on
    compacted topics is told again; erasures since are carried out again. What else it had told since and does not know
    any more is listed, by ids alone: one JSON object a line in the file of --lost, and how many of each type.
    Broken off, run it again.
    """
    [owner] = environment.every_service(service)
    counted: Counter[str] = Counter()
    with ExitStack() as stack:
        file = None if path is None else stack.enter_context(path.open("wb"))
        bar = stack.enter_context(Bar())

        def lost(message: Message) -> None:
            counted[message.type] += 1
            if file is not None:
                _list(file, message)

        try:
            done = owner.restoring().run(at - timedelta(hours=behind), lost, bar.show)
        except IthacaError as error:
            end(error.detail)
        except KafkaError as error:
            broker_failed(error, owner.foundation.settings)
        except PyMongoError as error:
            database_failed(error)
    click.echo(
        f"{service} goes on from {rfc3339(at)}: {done.again} offsets are read again, {done.told} facts told again."
    )
    if done.erased:
        click.echo(f"{done.erased} erasures are carried out again.")
    for name, count in sorted(counted.items()):
        click.echo(f"lost: {count} {name}")
    if counted and path is None:
        click.echo("--lost FILE lists them one by one, as long as it is run before the service starts.", err=True)


def _list(file: IO[bytes], message: Message) -> None:
    told = {
        "type": message.type,
        "tenant": message.tenant,
        "key": message.key,
        "version": message.version,
        "id": message.id,
        "time": None if message.time is None else rfc3339(message.time),
        "topic": message.topic,
        "partition": message.partition,
        "offset": message.offset,
    }
    file.write(orjson.dumps(told, option=orjson.OPT_APPEND_NEWLINE))
