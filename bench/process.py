"""One process of one service, run for a benchmark as an operator runs it."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from shared.settings import Settings

_START_SECONDS = 180.0


@contextmanager
def running_process(
    settings: Settings, folder: Path, service: str, role: str, own: Mapping[str, str]
) -> Iterator[subprocess.Popen[bytes]]:
    """The service's role on these backends, with variables of its `own`, once it is ready; ended afterwards."""
    environment = {
        **os.environ,
        "MONGODB_URI": settings.mongodb_uri,
        "KAFKA_BOOTSTRAP_SERVERS": ",".join(settings.kafka.bootstrap_servers),
        "ITHACA_BROKER": "kafka" if settings.kafka.transactions else "noida",
        "ITHACA_DATABASE_PREFIX": settings.database_prefix,
        "ITHACA_TOPIC_PREFIX": settings.topic_prefix,
        "ITHACA_LOG_FORMAT": "json",
        **own,
    }
    command = [sys.executable, "-m", "cli.main", "run", service, "--role", role]
    path = folder / f"{service}-{role}.log"
    with path.open("wb") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=subprocess.STDOUT)
    try:
        _wait(process, path)
        yield process
    finally:
        process.terminate()
        process.wait()


def memory(pid: int, name: str) -> float:
    """MiB of the process: `VmRSS` now, `VmHWM` at most (proc(5))."""
    found = re.search(rf"{name}:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    if found is None:
        raise LookupError(name)
    return int(found[1]) / 1024


def _wait(process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while b'"ready"' not in log.read_bytes():
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(log.read_text())
        time.sleep(0.1)
