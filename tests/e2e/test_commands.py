"""The operator's commands on the running platform."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.embedded.ports import is_free
from tests.e2e.gathering import gathering
from tests.e2e.outside import record
from tests.e2e.running import Running, eventually


def test_the_topics_are_as_the_contract_says(platform: Running) -> None:
    checked = platform.ithaca("topics", "check")
    assert (checked.returncode, checked.stdout) == (0, "The topics are as the contract says.\n")


def test_no_index_is_missing(platform: Running) -> None:
    checked = platform.ithaca("migrate", "--check")
    assert (checked.returncode, checked.stdout) == (0, "Every index is there.\n")


def test_a_dead_letter_hides_its_content_can_be_replayed_in_vain_and_dropped(platform: Running) -> None:
    event = gathering(platform)
    before, said = set(_dead(platform)), _said_dead(platform)
    event.outside.binary(record(event.source_event_id, "DEAD-1", status="perhaps"))
    eventually(lambda: _said_dead(platform) > said)  # which costs less to ask than a command
    (identifier,) = eventually(lambda: set(_dead(platform)) - before)
    assert "DEAD-1" not in platform.ithaca("dead", "show", identifier).stdout
    assert "DEAD-1" in platform.ithaca("dead", "show", identifier, "--reveal").stdout
    replayed = platform.ithaca("dead", "replay", identifier)
    assert (replayed.returncode, "/status" in replayed.stderr) == (1, True)
    assert platform.ithaca("dead", "drop", identifier).returncode == 0
    assert identifier not in _dead(platform)


def test_an_unknown_dead_letter_is_said_to_be_unknown(platform: Running) -> None:
    shown = platform.ithaca("dead", "show", "01890a5d-ac96-774b-bcce-b302099a8057")
    assert (shown.returncode, shown.stdout) == (1, "")
    assert "ithaca dead list" in shown.stderr


class Alone:
    """`ithaca run events --role all` beside the platform, on its broker and database."""

    def __init__(self, platform: Running, log: Path) -> None:
        self._log = log
        port = next(port for port in range(32_100, 33_000) if is_free("127.0.0.1", port))
        environment = {
            **platform.environment,
            "KAFKA_BOOTSTRAP_SERVERS": platform.platform.kafka,
            "MONGODB_URI": platform.platform.mongodb,
            "ITHACA_BROKER": platform.platform.broker,
            "ITHACA_PORT": str(port),
            "ITHACA_LOG_FORMAT": "json",
        }
        command = (sys.executable, "-m", "cli.main", "run", "events", "--role", "all")
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                command, env=environment, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
            )
        try:
            eventually(lambda: len(re.findall(r'"event": "ready"', log.read_text())) == 3)
        except BaseException:
            self.end()
            raise

    def roles(self) -> dict[str, int]:
        """The pids of the three, by role."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return {Path(f"/proc/{pid}/cmdline").read_text().split("\0")[-2]: int(pid) for pid in children}

    def end(self) -> None:
        """Leaves nothing of it running."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


@pytest.fixture
def alone(platform: Running, tmp_path: Path) -> Iterator[Alone]:
    service = Alone(platform, tmp_path / "run.log")
    yield service
    service.end()


def test_all_roles_of_a_service_end_together_on_a_signal(alone: Alone) -> None:
    roles = alone.roles()
    assert sorted(roles) == ["relay", "web", "worker"]
    alone.process.terminate()
    assert alone.process.wait(timeout=180) == 0
    assert [pid for pid in roles.values() if Path(f"/proc/{pid}").exists()] == []


@pytest.mark.kafka("lets go of a group member that was killed, whose partitions the tests behind this one need")
def test_a_role_that_dies_ends_the_others_with_its_code(alone: Alone) -> None:
    roles = alone.roles()
    os.kill(roles["worker"], signal.SIGKILL)
    assert alone.process.wait(timeout=180) == signal.SIGKILL
    assert [pid for pid in roles.values() if Path(f"/proc/{pid}").exists()] == []


def _dead(platform: Running) -> list[str]:
    listed = platform.ithaca("dead", "list", "--service", "events")
    return [line.split("\t")[0] for line in listed.stdout.splitlines()]


def _said_dead(platform: Running) -> int:
    """How often the worker has said so."""
    logs = (platform.data / "logs").glob("events-worker*")
    return sum(log.read_text(errors="replace").count('"event": "message_dead"') for log in logs)
