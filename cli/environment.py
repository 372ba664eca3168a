"""What the commands work with: the settings, completed by the local platform where one runs."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec

import click

from cli.embedded.errors import NoPlatform
from cli.embedded.platform import Platform
from shared.service import Foundation, Service, lay
from shared.settings import SERVICES, Settings, SettingsError, default_data_folder, read


def settings() -> Settings:
    """The settings of the environment; where it names no broker or database, those of the running local platform.

    Ends the command with status 2 and one line where a variable is wrong.
    """
    environment = dict(os.environ)
    if not {"KAFKA_BOOTSTRAP_SERVERS", "MONGODB_URI"} <= environment.keys():
        try:
            platform = Platform.load(default_data_folder(environment))
        except NoPlatform:
            pass  # then the defaults hold, and whoever connects says that nobody answers
        else:
            environment.setdefault("KAFKA_BOOTSTRAP_SERVERS", platform.kafka)
            environment.setdefault("MONGODB_URI", platform.mongodb)
            environment.setdefault("ITHACA_BROKER", platform.broker)
    with _wrong_variables():
        return read(environment)


@contextmanager
def _wrong_variables() -> Iterator[None]:
    try:
        yield
    except SettingsError as error:
        click.echo(f"ithaca: {error}", err=True)
        sys.exit(2)


def ground(settings: Settings, name: str) -> Foundation:
    """The foundation of a service. Ends the command with status 2 and one line where a variable is wrong."""
    with _wrong_variables():
        return lay(settings, name)


def platform() -> Platform:
    """The running local platform. Ends the command with status 1 and one line where there is none."""
    try:
        return Platform.load(default_data_folder(os.environ))
    except NoPlatform as error:
        click.echo(f"ithaca: {error}", err=True)
        sys.exit(1)


def build(name: str, foundation: Foundation) -> Service:
    """The service of that name, from its composition root; only its own libraries are imported.

    Ends the command with status 1 and one line where its code is absent, as in the image of another service, and with
    status 2 where one of its own variables is wrong.
    """
    require(name)
    with _wrong_variables():
        service: Service = import_module(f"services.{name}.app").build(foundation)
    return service


def require(name: str) -> None:
    """Ends the command with status 1 and one line where the code of the service is absent, as in another's image."""
    if not _is_here(name):
        click.echo(f"ithaca: the code of {name} is not part of this installation", err=True)
        sys.exit(1)


def every_service(wanted: str | None = None) -> list[Service]:
    """All services whose code is here, or the one named, on the settings of the environment.

    They let go of their databases when the command ends.
    """
    read_settings = settings()
    names = [wanted] if wanted else [name for name in SERVICES if _is_here(name)]
    services = [build(name, ground(read_settings, name)) for name in names]
    if context := click.get_current_context(silent=True):
        for service in services:
            context.call_on_close(service.foundation.close)
    return services


def _is_here(name: str) -> bool:
    """An image holds the code of one service only."""
    return find_spec(f"services.{name}") is not None
