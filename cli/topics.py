"""`ithaca topics plan|apply|check`: the broker's topics against the contract."""

import sys
from collections.abc import Sequence

import click
from kafka.errors import KafkaError
from rich.console import Console
from rich.table import Table

from cli import environment
from shared.messaging import topics
from shared.messaging.topics import Difference


@click.group("topics")
def command() -> None:
    """Compares the broker's topics with the contract, and makes them so."""


@command.command("plan")
def plan() -> None:
    """Shows what `apply` would do."""
    _show(_differences(apply=False), "Nothing to do: the topics are as the contract says.")


@command.command("apply")
def apply() -> None:
    """Creates what is missing and sets what differs; another number of partitions is refused."""
    found = _differences(apply=True)
    _show(found, "Nothing to do: the topics are as the contract says.")
    refused = [difference for difference in found if not difference.mendable]
    for difference in refused:
        click.echo(
            f"ithaca: {difference.topic} has {difference.actual} partitions and should have {difference.wanted}. "
            "This is never changed: it would move keys and break their order. Drain it and make it anew.",
            err=True,
        )
    if refused:
        sys.exit(1)


@command.command("check")
def check() -> None:
    """Exits with 1 where anything differs."""
    found = _differences(apply=False)
    _show(found, "The topics are as the contract says.")
    sys.exit(1 if found else 0)


def _differences(*, apply: bool) -> Sequence[Difference]:
    settings = environment.settings()
    try:
        admin = topics.connect(settings)
        try:
            found = topics.differences(admin, settings)
            if apply:
                topics.apply(admin, settings, found)
        finally:
            admin.close()
    except KafkaError as error:
        servers = ",".join(settings.kafka.bootstrap_servers)
        click.echo(f"ithaca: the broker at {servers} does not do it: {error} (KAFKA_BOOTSTRAP_SERVERS)", err=True)
        sys.exit(1)
    return found


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
