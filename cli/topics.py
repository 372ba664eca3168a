"""`ithaca topics plan|apply|check`: the broker's topics against the contract."""

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import click
from kafka import KafkaAdminClient
from kafka.errors import KafkaError
from rich.console import Console
from rich.table import Table

from cli import environment
from cli.away import broker_failed
from shared.messaging import topics
from shared.messaging.topics import Difference, NotApplied
from shared.settings import Settings

_SETTLING_SECONDS = 15.0
_PATIENCE_SECONDS = 10.0


@click.group("topics")
def command() -> None:
    """Compares the broker's topics with the contract, and makes them so."""


@command.command("plan")
def plan() -> None:
    """Shows what `apply` would do."""
    with _broker() as (admin, settings):
        found = topics.differences(admin, settings)
        _show(found, "Nothing to do: the topics are as the contract says.")
        _remark(admin, settings)
        _refuse(found)


@command.command("apply")
def apply() -> None:
    """Creates what is missing and sets what differs; another number of partitions is refused.

    What the contract says nothing about stays as it is. Running it again, or twice at once, changes nothing.
    """
    with _broker() as (admin, settings):
        found = topics.differences(admin, settings)
        topics.apply(admin, settings, found)
        _show(found, "Nothing to do: the topics are as the contract says.")
        left = _left(admin, settings)
    for difference in left:
        if difference.mendable:
            what = f"{difference.what} is {difference.actual} and should be {difference.wanted}"
            click.echo(f"ithaca: {difference.topic}: {what}, though it was set.", err=True)
    _refuse(left)
    sys.exit(1 if left else 0)


@command.command("check")
def check() -> None:
    """Exits with 1 where anything differs."""
    with _broker() as (admin, settings):
        found = topics.differences(admin, settings)
        _show(found, "The topics are as the contract says.")
        _remark(admin, settings)
    sys.exit(1 if found else 0)


@contextmanager
def _broker() -> Iterator[tuple[KafkaAdminClient, Settings]]:
    settings = environment.settings()
    try:
        admin = topics.connect(settings, patience_seconds=_PATIENCE_SECONDS)
        try:
            yield admin, settings
        finally:
            admin.close()
    except NotApplied as error:
        click.echo(f"ithaca: {error.detail}", err=True)
        sys.exit(1)
    except KafkaError as error:
        broker_failed(error, settings)


def _left(admin: KafkaAdminClient, settings: Settings) -> Sequence[Difference]:
    """What still differs once the brokers had a moment to hear of the changes."""
    deadline = time.monotonic() + _SETTLING_SECONDS
    while True:
        left = topics.differences(admin, settings)
        if not any(each.mendable for each in left) or time.monotonic() > deadline:
            return left
        time.sleep(0.2)


def _refuse(found: Sequence[Difference]) -> None:
    for difference in found:
        if not difference.mendable:
            click.echo(
                f"ithaca: {difference.topic} has {difference.actual} partitions and should have {difference.wanted}. "
                "This is never changed: keys would move and lose their order. Drain it and make it anew, as "
                "docs/deployment.md tells; one that never held a message can just be deleted and applied again.",
                err=True,
            )


def _remark(admin: KafkaAdminClient, settings: Settings) -> None:
    """On standard error: what is no difference, and stays."""
    for remark in topics.remarks(admin, settings):
        click.echo(f"note: {remark.topic}: {remark.what}", err=True)


def _show(found: Sequence[Difference], nothing: str) -> None:
    if not found:
        click.echo(nothing)
        return
    if not sys.stdout.isatty():
        for difference in found:
            click.echo(f"{difference.topic} {difference.what}: {difference.actual} -> {difference.wanted}")
        return
    table = Table("topic", "what", "is", "should be")
    for difference in found:
        table.add_row(difference.topic, difference.what, difference.actual, difference.wanted)
    Console().print(table)
