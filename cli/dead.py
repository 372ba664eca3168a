"""`ithaca dead`: messages that could not be handled, parked or dead."""

import getpass
import os
import sys
import time
from collections.abc import Callable

import click
import orjson
from pymongo.errors import PyMongoError
from rich.console import Console
from rich.table import Table

from cli import environment
from cli.away import database_failed
from shared.clock import rfc3339
from shared.errors import Conflict, NotFound
from shared.messaging import breaker, letters, replay
from shared.messaging.letters import Letter
from shared.messaging.unit_of_work import Transaction
from shared.service import Service
from shared.settings import SERVICES
from shared.web import audit, ops

_SECONDS = 30
_of = click.option("--service", type=click.Choice(SERVICES), help="Only this service's.")


class _Group(click.Group):
    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except PyMongoError as error:
            database_failed(error)


@click.group("dead", cls=_Group)
def command() -> None:
    """Messages that could not be handled: list, show, replay, drop."""


@command.command("list")
@_of
@click.option(
    "--state",
    type=click.Choice([*letters.STATES, "open", "all"]),
    default="open",
    show_default=True,
    help="`open`: what is not settled yet.",
)
@click.option("--limit", type=click.IntRange(1, 10_000), default=100, show_default=True)
def list_(service: str | None, state: str, limit: int) -> None:
    """Lists them, oldest first."""
    states = {"open": letters.OPEN, "all": letters.STATES}.get(state, (state,))
    services = environment.every_service(service)
    rows = [
        (each.name, letter)
        for each in services
        for letter in letters.listed(each.foundation.database, {"state": {"$in": list(states)}}, limit=limit)
    ]
    if not sys.stdout.isatty():
        for name, letter in rows:
            click.echo("\t".join(_cells(name, letter)))
    elif rows:
        table = Table("id", "service", "state", "at", "record", "reason", "where", "again at")
        for name, letter in rows:
            table.add_row(*_cells(name, letter))
        Console().print(table)
    if not rows:
        click.echo("Nothing is parked or dead." if state == "open" else "There are none.", err=True)
    for each in services:
        for reaction in breaker.opened(each.foundation.database):
            click.echo(
                f"{each.name}: {reaction} is stopped, since it failed for {breaker.LIMIT} messages in a row. A worker "
                "tries one from time to time and goes on when one succeeds.",
                err=True,
            )


def _cells(name: str, letter: Letter) -> tuple[str, ...]:
    record = letter.record
    place = f"{record.topic}/{record.partition}@{record.offset}"
    pointers = " ".join(fault.pointer for fault in letter.faults if fault.pointer)
    again_at = rfc3339(letter.due_at) if letter.state == letters.PARKED and letter.due_at else ""
    return (letter.id, name, letter.state, rfc3339(letter.at), place, letter.reason, pointers, again_at)


@command.command("show")
@click.argument("identifier", metavar="ID")
@_of
@click.option("--reveal", is_flag=True, help="Also key, value and all headers, which may be personal data: audited.")
def show(identifier: str, service: str | None, reveal: bool) -> None:
    """Shows one: why, and where it came from."""
    owner, letter = _find(identifier, service)
    record = letter.record
    shown = {
        "id": letter.id,
        "service": owner.name,
        "tenant": letter.tenant,
        "state": letter.state,
        "at": rfc3339(letter.at),
        "reaction": letter.reaction,
        "reason": letter.reason,
        "faults": [{"pointer": fault.pointer, "detail": fault.detail} for fault in letter.faults],
        "attempts": letter.attempts,
        "behind": letters.behind(owner.foundation.database, letter),
        "topic": record.topic,
        "partition": record.partition,
        "offset": record.offset,
        "headers": {
            header: _readable(content) if reveal or header in ops.PLAIN_HEADERS else None
            for header, content in record.headers
        },
        "bytes": None if record.value is None else len(record.value),
    }
    if reveal:
        _leave_trace(owner, letter)
        shown |= {"key": _readable(record.key), "value": _readable(record.value)}
    click.echo(orjson.dumps(shown, option=orjson.OPT_INDENT_2).decode())


def _leave_trace(owner: Service, letter: Letter) -> None:
    owner.foundation.unit_of_work.run(
        lambda transaction: _audit(transaction, letter, "dead show", audit.REVEALED), tenant=letter.tenant
    )


def _audit(transaction: Transaction, letter: Letter, command: str, outcome: str) -> None:
    audit.record_command(transaction, _user(), command, {"letter_id": letter.id}, outcome)


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container may run as a number that has no name
        return str(os.getuid())


def _readable(content: bytes | None) -> str | None:
    return None if content is None else content.decode(errors="replace")


@command.command("replay")
@click.argument("identifier", metavar="ID")
@_of
def replay_(identifier: str, service: str | None) -> None:
    """Has a worker handle one again, then those that wait behind it, and says what came of it."""
    owner, letter = _find(identifier, service)
    behind = letters.behind(owner.foundation.database, letter)
    _decide(owner, letter, "dead replay", replay.replay)
    deadline = time.monotonic() + _SECONDS
    while (now := _look(owner, letter)) is not None and _waits(letter, now):
        if time.monotonic() > deadline:
            click.echo(f"ithaca: no worker of {owner.name} has replayed it yet; it stays asked for.", err=True)
            sys.exit(1)
        time.sleep(0.2)
    if now is None or now.state == letters.REPLAYED:
        click.echo(f"{letter.id} was handled." + (f" {behind} of its key follow in order." if behind else ""))
        return
    click.echo(f"{letter.id} is still {now.state}: {now.reason}", err=True)
    for fault in now.faults:
        click.echo(f"  {fault.pointer} {fault.detail}", err=True)
    sys.exit(1)


def _look(owner: Service, letter: Letter) -> Letter | None:
    """The letter as it is now; None once it was parked and is handled."""
    try:
        return letters.get(owner.foundation.database, letter.id)
    except NotFound:
        return None


def _waits(before: Letter, now: Letter) -> bool:
    if now.state == letters.PARKED:
        return now.attempts == before.attempts
    return now.state == letters.REPLAYING


@command.command("drop")
@click.argument("identifier", metavar="ID")
@_of
def drop(identifier: str, service: str | None) -> None:
    """Gives one up for good; what waits behind it has its turn."""
    owner, letter = _find(identifier, service)
    _decide(owner, letter, "dead drop", replay.drop)
    click.echo(f"{letter.id} was dropped.")


def _find(identifier: str, service: str | None) -> tuple[Service, Letter]:
    for each in environment.every_service(service):
        try:
            return each, letters.get(each.foundation.database, identifier)
        except NotFound:
            continue
    click.echo(f"ithaca: there is no parked or dead message {identifier}: see `ithaca dead list`.", err=True)
    sys.exit(1)


def _decide(owner: Service, letter: Letter, command: str, how: Callable[[Transaction, str], None]) -> None:
    def decide(transaction: Transaction) -> None:
        how(transaction, letter.id)
        _audit(transaction, letter, command, audit.DECIDED)

    try:
        owner.foundation.unit_of_work.run(decide, tenant=letter.tenant)
    except Conflict as error:
        click.echo(f"ithaca: {error.detail}", err=True)
        sys.exit(1)
