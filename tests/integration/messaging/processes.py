"""Roles as processes: started on the test's settings, their output kept, spoken to by signals."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import orjson

from shared.settings import Settings
from tests.integration.messaging.conftest import eventually


class Process:
    """A running role of `working.py`."""

    def __init__(self, role: str, settings: Settings, output: Path, environment: dict[str, str]) -> None:
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
                [sys.executable, "-m", "tests.integration.messaging.working", role],
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
    role: str, settings: Settings, folder: Path, environment: dict[str, str] | None = None
) -> Iterator[Process]:
    """A role from its start to its end, which the test brings about or which is a kill."""
    started = Process(role, settings, folder / f"{role}.log", environment or {})
    try:
        yield started
    finally:
        started.popen.kill()
        started.popen.wait()
