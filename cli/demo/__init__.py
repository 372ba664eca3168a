"""`ithaca demo`: the story of a small association, played against the running platform."""

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import click
from kafka.errors import KafkaError
from rich.console import Console

from cli import environment
from cli.demo.failure import NotSeen
from cli.demo.mails import Mails
from cli.demo.people import Doorkeeper
from cli.demo.play import Play
from cli.demo.screen import Screen
from cli.demo.steps import STORY
from cli.demo.tail import open_tail
from cli.demo.ticket_shop import TicketShop, captured_orders
from cli.embedded.errors import NoPlatform
from cli.embedded.issuer import ISSUER, load_issuer
from cli.embedded.platform import Platform
from shared.ids import new_id
from shared.settings import Settings, default_data_folder


@click.command("demo")
def command() -> None:
    """Plays the story against a running platform; exits with 1 at the first step that is not seen to happen."""
    platform = environment.platform()
    # What a client of the broker has to say about its own pace is no part of the story.
    logging.getLogger("kafka").addHandler(logging.NullHandler())
    screen = Screen(Console())
    try:
        with _play(platform, environment.settings(), screen) as play:
            for number, step in enumerate(STORY, start=1):
                play.begin(number, len(STORY), step.title)
                step.play(play)
        screen.finished(len(play.messages))
    except NotSeen as failure:
        screen.failed(failure)
        sys.exit(1)
    except (KafkaError, NoPlatform) as error:
        click.echo(f"ithaca demo: {str(error) or type(error).__name__}", err=True)
        sys.exit(1)


@contextmanager
def _play(platform: Platform, settings: Settings, screen: Screen) -> Iterator[Play]:
    """Each run is a tenant of its own, so that it can be played again and again."""
    if platform.issuer != ISSUER:
        raise NoPlatform(f"the demo signs tokens of {ISSUER}, and this platform takes those of {platform.issuer}")
    now = datetime.now(UTC)
    tenant = f"demo-{now:%Y%m%d-%H%M%S}-{new_id()[-4:]}"
    doorkeeper = Doorkeeper(platform, load_issuer(default_data_folder(os.environ) / "issuer"), tenant)
    screen.opening(tenant, platform.mailbox)
    with open_tail(settings, tenant) as tail:
        yield Play(
            screen=screen,
            tail=tail,
            shop=TicketShop(settings, tenant),
            mails=Mails(platform.mailbox),
            orders={order["code"]: order for order in captured_orders(now)},
            enter=doorkeeper.admit_member,
            coordinator=doorkeeper.admit("the coordinator", new_id(), "coordinator"),
            organizer=doorkeeper.admit("the organizer", new_id(), "organizer"),
        )
