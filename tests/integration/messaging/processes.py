"""Roles as processes: started on the test's settings, their output kept, spoken to by signals."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import orjson
import requests

from shared.settings import Settings
from tests.integration.messaging.conftest import eventually
from tests.ports import free_port


class Process:
    """A running role."""

    def __init__(self, command: str, settings: Settings, output: Path, environment: dict[str, str]) -> None:
        self.output = output
        named = {
            "KAFKA_BOOTSTRAP_SERVERS": ",".join(settings.kafka.bootstrap_servers),
            "MONGODB_URI": settings.mongodb_uri,
            "ITHACA_TOPIC_PREFIX": settings.topic_prefix,
            "ITHACA_DATABASE_PREFIX": settings.database_prefix,
            "ITHACA_BROKER": "kafka" if settings.kafka.transactions else "noida",
        }
        with output.open("ab") as kept:
            self.popen = subprocess.Popen(
                [sys.executable, "-m", *command.split()],
                env={**os.environ, **named, **environment},
                stdout=kept,
                stderr=subprocess.STDOUT,
            )

    def printed(self) -> str:
        return self.output.read_text()

    def events(self) -> list[dict[str, object]]:
        """Its log lines so far, whole ones only."""
        return [orjson.loads(line) for line in self.printed().splitlines(keepends=True) if line.endswith("}\n")]

    def logged(self, event: str) -> list[dict[str, object]]:
        return [line for line in self.events() if line["event"] == event]

    def wait_for(self, event: str) -> dict[str, object]:
        """The first log line of this event. Fails where the process ends before."""
        eventually(lambda: bool(self.logged(event)) or self.popen.poll() is not None)
        assert self.logged(event), self.printed()
        return self.logged(event)[0]


@contextmanager
def process(
    role: str,
    settings: Settings,
    folder: Path,
    environment: dict[str, str] | None = None,
    *,
    module: str = "tests.integration.messaging.working",
) -> Iterator[Process]:
    """A role from its start to its end, which the test brings about or which is a kill."""
    started = Process(f"{module} {role}", settings, folder / f"{role}.log", environment or {})
    try:
        yield started
    finally:
        started.popen.kill()
        started.popen.wait()


class Asked:
    """The address of a role that has one."""

    def __init__(self) -> None:
        self.port = free_port()
        self.environment = {"ITHACA_HEALTH_PORT": str(self.port)}

    def get(self, path: str) -> requests.Response:
        with requests.Session() as session:
            session.trust_env = False
            return session.get(f"http://127.0.0.1:{self.port}{path}", timeout=10)

    def answers(self, process: Process) -> bool:
        assert process.popen.poll() is None, process.printed()
        return self.answers_at_all()

    def answers_at_all(self) -> bool:
        try:
            return self.get("/health/live").status_code == 200
        except requests.ConnectionError:
            return False

    def metric(self, name: str) -> float:
        """The sum over all its labels."""
        lines = [line for line in self.get("/metrics").text.splitlines() if line.startswith((f"{name} ", f"{name}{{"))]
        return sum(float(line.rpartition(" ")[2]) for line in lines)
