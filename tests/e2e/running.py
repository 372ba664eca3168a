"""The whole platform as its user runs it: the commands are processes, the services are spoken to over HTTP."""

import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import requests
from pymongo import MongoClient

from cli.embedded.identity import started_at
from cli.embedded.issuer import load_issuer
from cli.embedded.ledger import Entry, Ledger
from cli.embedded.platform import Platform
from cli.token import signed
from shared import settings as settings_module
from shared.messaging import topics
from shared.settings import Settings
from tests.ports import free_range

T = TypeVar("T")

_START = 300.0
"""Seconds; the first start on a machine fetches the broker."""


def eventually(condition: Callable[[], T | None], within: float = 180.0) -> T:
    """What the condition gives once it is neither None nor false; fails after `within` seconds.

    They are many, as a small machine that does other things too says nothing of the platform.
    """
    deadline = time.monotonic() + within
    while not (found := condition()):
        assert time.monotonic() < deadline, "the condition never came true"
        time.sleep(0.1)
    return found


class Running:
    """A running `ithaca up`; topics and databases are its own even on a broker or a database that others use.

    `environment` may name the prefixes of both, where a later run is to find them again.
    """

    def __init__(self, data: Path, environment: Mapping[str, str]) -> None:
        unique = uuid.uuid4().hex[:10]
        self.data = data
        self.environment = {
            **os.environ,
            "ITHACA_TOPIC_PREFIX": f"e{unique}.",
            "ITHACA_DATABASE_PREFIX": f"e{unique}_",
            **environment,
            "ITHACA_DATA": str(data),
        }
        self._output = data.parent / "up.log"
        command = (sys.executable, "-m", "cli.main", "up", "--data", str(data), "--base-port", str(free_range()))
        with self._output.open("wb") as output:
            self.process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, env=self.environment)
        try:
            eventually(lambda: self.process.poll() is not None or self.ready_line() is not None, within=_START)
            assert self.process.poll() is None, self.printed()
            self.platform = Platform.load(data)
        except BaseException:
            self.process.kill()
            self.process.wait()
            raise

    def printed(self) -> str:
        """What `ithaca up` has printed so far."""
        return self._output.read_text()

    def ready_line(self) -> str | None:
        """The line that tells the addresses, once it is there."""
        return next((line for line in self.printed().splitlines() if line.startswith("ready ")), None)

    def settings(self) -> Settings:
        """As an outside system or a command would have them."""
        named = {"KAFKA_BOOTSTRAP_SERVERS": self.platform.kafka, "MONGODB_URI": self.platform.mongodb}
        return settings_module.read({**self.environment, **named})

    def ithaca(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Runs a command to its end."""
        command = (sys.executable, "-m", "cli.main", *arguments)
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=300, check=False)

    def processes(self) -> Mapping[str, Entry]:
        """Who runs now, by name, as `events-worker`."""
        return {entry.name: entry for entry in Ledger(self.data / "processes.json").read()}

    def token(self, tenant: str, subject: str, *roles: str) -> str:
        """A token of the development issuer."""
        return signed(load_issuer(self.data / "issuer"), tenant=tenant, subject=subject, roles=roles, seconds=3600)

    def call(
        self,
        method: str,
        service: str,
        path: str,
        *,
        token: str | None = None,
        body: object = None,
        content: bytes | None = None,
        content_type: str | None = None,
    ) -> requests.Response:
        """One request, whatever proxies the environment names. `body` goes as JSON, `content` as it is."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        if content_type:
            headers["Content-Type"] = content_type
        with requests.Session() as session:
            session.trust_env = False
            url = f"{self.platform.service(service)}{path}"
            return session.request(method, url, headers=headers, json=body, data=content, timeout=60)

    def stop(self) -> None:
        """SIGTERM, as an init system would; asserts a clean exit that leaves nothing running."""
        started = [(entry.name, entry.pid, entry.started) for entry in self.processes().values()]
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(timeout=120) == 0, self.printed()
        assert [name for name, pid, since in started if started_at(pid) == since] == []

    def clean(self) -> None:
        """Drops what the run left on a broker or a database that goes on without it."""
        settings = self.settings()
        if self.environment.get("KAFKA_BOOTSTRAP_SERVERS"):
            admin = topics.connect(settings)
            try:
                admin.delete_topics([name for name in admin.list_topics() if name.startswith(settings.topic_prefix)])
            finally:
                admin.close()
        if self.environment.get("MONGODB_URI"):
            with MongoClient[dict[str, object]](settings.mongodb_uri) as client:
                for name in client.list_database_names():
                    if name.startswith(settings.database_prefix):
                        client.drop_database(name)


@contextmanager
def running(data: Path, environment: Mapping[str, str]) -> Iterator[Running]:
    """From the ready line to a clean stop, with these variables beside the ones of the test run."""
    platform = Running(data, environment)
    try:
        yield platform
    finally:
        try:
            platform.stop()
        finally:
            platform.process.kill()
            platform.process.wait()
            platform.clean()
