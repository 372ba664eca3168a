"""`ithaca up` as its user runs it: the real services, killed and stopped."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from cli.embedded.http_probe import answers_ok
from cli.embedded.identity import started_at
from cli.embedded.kafka_probe import lists_topics
from cli.embedded.ledger import Entry, Ledger
from cli.embedded.mongodb import find_mongod
from cli.embedded.platform import Platform
from shared.settings import SERVICES
from tests.integration.embedded.ranges import free_range
from tests.integration.embedded.waiting import eventually

pytestmark = pytest.mark.skipif(find_mongod() is None, reason="no mongod on PATH and the wheel is not installed")


class Up:
    """A running `ithaca up` and what it has printed so far."""

    def __init__(self, data: Path, base_port: int) -> None:
        self.data, self.base_port = data, base_port
        self._output = data.parent / "output"
        command = [sys.executable, "-m", "cli.main", "up", "--data", str(data), "--base-port", str(base_port)]
        with self._output.open("wb") as output:
            self.process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, env=environment())
        try:
            eventually(lambda: self.process.poll() is not None or "\nready " in self.printed(), within=300)
            assert self.process.poll() is None, self.printed()
        except BaseException:
            self.stop()
            raise

    def printed(self) -> str:
        return self._output.read_text()

    def running(self) -> dict[str, Entry]:
        return {entry.name: entry for entry in Ledger(self.data / "processes.json").read()}

    def stop(self) -> int:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=240)


def environment() -> dict[str, str]:
    """Ours, without what would name other backends."""
    named = re.compile(r"ITHACA_(?!BROKER)|KAFKA_BOOTSTRAP|MONGODB_|SMTP_")
    return {name: value for name, value in os.environ.items() if not named.match(name)}


@contextmanager
def up(data: Path, base_port: int) -> Iterator[Up]:
    running = Up(data, base_port)
    try:
        yield running
    finally:
        if running.process.poll() is None:
            running.stop()


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    with up(tmp_path_factory.mktemp("up") / "data", free_range()) as running:
        yield running


def test_every_address_of_the_ready_line_answers(platform: Up) -> None:
    (line,) = [line for line in platform.printed().splitlines() if line.startswith("ready ")]
    named = dict(word.partition("=")[::2] for word in line.split()[1:])

    assert list(named) == ["kafka", "mongodb", "mailbox", *SERVICES]
    assert lists_topics(named["kafka"])
    assert answers_ok(f"{named['mailbox']}/health")
    assert all(answers_ok(f"{named[service]}/health/ready") for service in SERVICES)
    assert [named[service] for service in SERVICES] == [
        f"http://127.0.0.1:{platform.base_port + offset}" for offset in range(1, 5)
    ]


def test_the_commands_find_the_platform_in_its_folder(platform: Up) -> None:
    found = Platform.load(platform.data)

    assert found.pid == platform.process.pid
    assert found.ready_line() in platform.printed()


def test_every_service_has_a_process_for_each_role(platform: Up) -> None:
    parts = {f"{service}-{role}" for service in SERVICES for role in ("web", "worker", "relay")}

    assert platform.running().keys() == parts | {"kafka", "mongodb", "mailbox"}


@pytest.mark.parametrize("part", ["events-web", "events-worker", "mongodb"])
def test_a_killed_process_comes_back_where_it_was(platform: Up, part: str) -> None:
    before = platform.running()[part]

    os.kill(before.pid, signal.SIGKILL)

    eventually(lambda: platform.running().get(part, before) != before)
    eventually(lambda: f"\n{part}: ready" in platform.printed().partition(f"{part}: ended (signal 9)")[2], within=180)
    eventually(lambda: answers_ok(f"{Platform.load(platform.data).events}/health/ready"))


def test_a_stop_leaves_nothing_running_a_restart_keeps_the_addresses_and_a_kill_leaves_nothing(platform: Up) -> None:
    """One after the other: a start takes a minute on a small machine. Behind it the other tests' platform is gone."""
    children, addresses = platform.running(), Platform.load(platform.data).ready_line()

    assert platform.stop() == 0

    assert alive(children) == []
    assert not (platform.data / "platform.json").exists()
    with up(platform.data, platform.base_port) as second:
        assert Platform.load(second.data).ready_line() == addresses
        children = second.running()

        second.process.kill()
        second.process.wait()

        if sys.platform == "linux":  # no other system tells a child of its parent's end
            eventually(lambda: alive(children) == [])


def alive(children: Mapping[str, Entry]) -> list[str]:
    """Those that still run."""
    return [name for name, entry in children.items() if started_at(entry.pid) == entry.started]
