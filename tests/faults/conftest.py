"""A broker and a database that these tests may take away."""

import gc
import logging
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from cli.embedded.errors import EmbeddedError
from tests.faults.outage import Backend, own_backends
from tests.memory import quick_folder


@dataclass(frozen=True, slots=True)
class Backends:
    broker: Backend
    database: Backend


@pytest.fixture(scope="package")
def taken_away(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backends]:
    """For tests that leave them as they want: `own` has both running again."""
    try:
        with (
            quick_folder(tmp_path_factory.mktemp("faults")) as folder,
            own_backends(folder / "data") as (broker, database),
        ):
            yield Backends(broker, database)
    except EmbeddedError as error:
        pytest.skip(f"no broker and database that may be taken away: {error}")


@pytest.fixture
def own(taken_away: Backends) -> Backends:
    """A broker and a database, running."""
    for backend in (taken_away.database, taken_away.broker):
        backend.ensure()
    return taken_away


@pytest.fixture(autouse=True)
def sockets_left_are_collected() -> Iterator[None]:
    """kafka-python leaves the sockets of refused connections to the garbage collector; logged errors hold them."""
    clients = logging.getLogger("kafka")
    clients.propagate = False
    yield
    clients.propagate = True
    gc.collect()
