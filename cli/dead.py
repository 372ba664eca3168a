"""`ithaca dead`: messages that could not be handled."""

import sys
import time
from collections.abc import Callable

import click
import orjson
from pymongo.errors import PyMongoError
from rich.console import Console
from rich.table import Table

from cli import environment
from shared.clock import rfc3339
from shared.errors import Conflict, NotFound
from shared.messaging import dead
from shared.messaging.dead import DeadLetter
from shared.service import Service
from shared.settings import SERVICES

_REPLAY_SECONDS = 30
_of = click.option("--service", type=click.Choice(SERVICES), help="Only this service's.")


class _Group(click.Group):
    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except PyMongoError as error:
            click.echo(f"ithaca: the database does not answer: {str(error)[:200]} (MONGODB_URI)", err=True)
            sys.exit(1)


@click.group("dead", cls=_Group)
def command() -> None:
    """Messages that could not be handled: list, show, replay, drop."""


@command.command("list")
@_of
@click.option("--state", type=click.Choice(["dead", "replaying", "replayed", "dropped", "all"]), default="dead")
@click.option("--limit", type=click.IntRange(1, 10_000), default=100, show_default=True)
def list_(service: str | None, state: str, limit: int) -> None:
    """Lists them, oldest first."""
    rows = [
        (each.name, letter)
        for each in environment.every_service(service)
        for letter in dead.listed(each.foundation.database, {} if state == "all" else {"state": state}, limit=limit)
    ]
    if not sys.stdout.isatty():
        for name, letter in rows:
            click.echo("\t".join(_cells(name, letter)))
    elif rows:
        table = Table("id", "service", "at", "record", "reason", "where")
        for name, letter in rows:
            table.add_row(*_cells(name, letter))
        Console().print(table)
    if not rows:
        click.echo("Nothing is dead." if state == "dead" else "There are none.", err=True)


def _cells(name: str, letter: DeadLetter) -> tuple[str, ...]:
    record = letter.record
    place = f"{record.topic}/{record.partition}@{record.offset}"
    pointers = " ".join(fault.pointer for fault in letter.faults if fault.pointer)
    return (letter.id, name, rfc3339(letter.at), place, letter.reason, pointers)


@command.command("show")
@click.argument("identifier", metavar="ID")
@_of
@click.option("--reveal", is_flag=True, help="Also the content, which may be personal data.")
def show(identifier: str, service: str | None, reveal: bool) -> None:
    """Shows one: why, where it came from, and its headers."""
    name, letter = _find(identifier, service)
    record = letter.record
    shown = {
        "id": letter.id,
        "service": name.name,
        "state": letter.state,
        "at": rfc3339(letter.at),
        "reaction": letter.reaction,
        "reason": letter.reason,
        "faults": [{"pointer": fault.pointer, "detail": fault.detail} for fault in letter.faults],
        "attempts": letter.attempts,
        "topic": record.topic,
        "partition": record.partition,
        "offset": record.offset,
        "headers": {header: _readable(content) for header, content in record.headers},
        "bytes": None if record.value is None else len(record.value),
    }
    if reveal:
        shown |= {"key": _readable(record.key), "value": _readable(record.value)}
    click.echo(orjson.dumps(shown, option=orjson.OPT_INDENT_2).decode())


def _readable(content: bytes | None) -> str | None:
    return None if content is None else content.decode(errors="replace")


@command.command("replay")
@click.argument("identifier", metavar="ID")
@_of
def replay(identifier: str, service: str | None) -> None:
    """Has a worker handle one again, and says what came of it."""
    owner, letter = _find(identifier, service)
    ground = owner.foundation
    _or_say(lambda: dead.replay(ground.database, letter.id, ground.clock.now()))
    deadline = time.monotonic() + _REPLAY_SECONDS
    while (now := dead.get(ground.database, letter.id)).state == "replaying":
        if time.monotonic() > deadline:
            click.echo(f"ithaca: no worker of {owner.name} has replayed it yet; it stays asked for.", err=True)
            sys.exit(1)
        time.sleep(0.2)
    if now.state == "replayed":
        click.echo(f"{letter.id} was handled.")
        return
    click.echo(f"{letter.id} is still dead:", err=True)
    for fault in now.faults:
        click.echo(f"  {fault.pointer} {fault.detail}", err=True)
    sys.exit(1)


@command.command("drop")
@click.argument("identifier", metavar="ID")
@_of
def drop(identifier: str, service: str | None) -> None:
    """Gives one up for good."""
    owner, letter = _find(identifier, service)
    _or_say(lambda: dead.drop(owner.foundation.database, letter.id))
    click.echo(f"{letter.id} was dropped.")


def _find(identifier: str, service: str | None) -> tuple[Service, DeadLetter]:
    for each in environment.every_service(service):
        try:
            return each, dead.get(each.foundation.database, identifier)
        except NotFound:
            continue
    click.echo(f"ithaca: there is no dead letter {identifier}: see `ithaca dead list`.", err=True)
    sys.exit(1)


def _or_say(change: Callable[[], None]) -> None:
    try:
        change()
    except Conflict as error:
        click.echo(f"ithaca: {error.detail}", err=True)
        sys.exit(1)
