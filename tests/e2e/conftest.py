"""One platform for all of these tests, and one played story whose objects they look at."""

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from cli.embedded.mongodb import find_mongod
from tests.collector import Collector, collector
from tests.e2e.running import Running, running
from tests.memory import quick_folder


@dataclass(frozen=True, slots=True)
class Told:
    """A played story: what the command printed, and the tenant that it left behind."""

    command: "subprocess.CompletedProcess[str]"

    @property
    def tenant(self) -> str:
        found = re.search(r"tenant (demo-[a-z0-9-]+)", self.command.stdout)
        assert found is not None, self.command.stdout + self.command.stderr
        return found[1]


@pytest.fixture(scope="package")
def collected() -> Iterator[Collector]:
    """What the platform's processes tell of their work."""
    with collector() as collected:
        yield collected


@pytest.fixture(scope="package")
def platform(tmp_path_factory: pytest.TempPathFactory, collected: Collector) -> Iterator[Running]:
    """The platform, from its ready line to its clean end; behind these tests it would slow down the others."""
    if find_mongod() is None:
        pytest.skip("no mongod on PATH and the wheel is not installed")
    traced = {"OTEL_EXPORTER_OTLP_ENDPOINT": collected.endpoint}
    with quick_folder(tmp_path_factory.mktemp("e2e")) as folder, running(folder / "data", traced) as platform:
        yield platform


@pytest.fixture(scope="package")
def told(platform: Running) -> Told:
    """The story, played once."""
    return Told(platform.ithaca("demo"))
