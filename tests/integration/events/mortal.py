"""A worker of events in a process of its own that stands still at a place of the code, until it is killed there.

    python -m tests.integration.events.mortal WORK PLACE CALL [PLACE=NUMBER ...]

A place is a module and what it has under a name; `CALL` says at which call of it the process stands still, which it
says on its standard output. Numbers of the code are set first, so that what comes in parts comes in several of few.
"""

import os
import signal
import subprocess
import sys
import threading
from functools import reduce
from importlib import import_module
from typing import Any

from services.events.app import build
from shared import settings
from shared.messaging.due import DueLoop
from shared.service import lay
from shared.settings import Settings

_STANDING = "it stands still"


def killed_at(deployed: Settings, work: str, place: str, call: int, **numbers: int) -> None:
    """Has a process do this work for the deployment, and kills it (SIGKILL) at that call of that place.

    `numbers` are of the place's module.
    """
    module = place.partition(":")[0]
    command = [sys.executable, "-m", __name__, work, place, str(call)]
    command += [f"{module}:{name}={number}" for name, number in numbers.items()]
    environment = os.environ | {
        "KAFKA_BOOTSTRAP_SERVERS": ",".join(deployed.kafka.bootstrap_servers),
        "MONGODB_URI": deployed.mongodb_uri,
        "ITHACA_TOPIC_PREFIX": deployed.topic_prefix,
        "ITHACA_DATABASE_PREFIX": deployed.database_prefix,
        "ITHACA_SECRET_KEY": deployed.secret_keys[0],
    }
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        stands = any(line.strip() == _STANDING for line in process.stdout)
        process.kill()
        assert stands, f"it never came to {place}"
    assert process.returncode == -signal.SIGKILL


def _stands_still(made: Any, call: int) -> Any:
    calls = 0

    def counted(*given: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == call:
            sys.stdout.write(f"{_STANDING}\n")
            sys.stdout.flush()
            threading.Event().wait()
        return made(*given, **named)

    return counted


def _work(name: str, place: str, call: int, numbers: list[str]) -> None:
    foundation = lay(settings.read(), "events")
    service = build(foundation)
    for each in numbers:
        where, _, number = each.partition("=")
        holder, attribute = _holder(where)
        setattr(holder, attribute, int(number))
    holder, attribute = _holder(place)
    setattr(holder, attribute, _stands_still(getattr(holder, attribute), call))
    [work] = [each for each in service.due if each.name == name]
    DueLoop(foundation.unit_of_work, [work], foundation.clock).step(work)


def _holder(place: str) -> tuple[Any, str]:
    module, _, names = place.partition(":")
    *path, attribute = names.split(".")
    return reduce(getattr, path, import_module(module)), attribute


if __name__ == "__main__":
    _work(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4:])
