"""A worker of notifications in a process of its own that is really killed (SIGKILL) at a place of the code.

    python -m tests.integration.notifications.mortal WORK TIME PLACE

It takes one step of the due work of that name. It is `TIME` there, all the while. `PLACE` is a module and what it has
under a name, before whose call the process stands still; it says so on its standard output. With `after|` in front it
stands still when the call is over, with `half|` when half of a large argument has been given on.
"""

import os
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from importlib import import_module
from typing import Any

from services.notifications.app import build
from shared import settings
from shared.messaging.due import DueLoop
from shared.service import lay
from shared.settings import Settings

_STANDING = "it stands still"
_LARGE = 1000


def killed(deployed: Settings, place: str, now: datetime, work: str = "send_mail") -> None:
    """Has a process send one mail of the deployment's, or do other due work, and kills it at that place."""
    environment = os.environ | {
        "KAFKA_BOOTSTRAP_SERVERS": ",".join(deployed.kafka.bootstrap_servers),
        "MONGODB_URI": deployed.mongodb_uri,
        "ITHACA_TOPIC_PREFIX": deployed.topic_prefix,
        "ITHACA_DATABASE_PREFIX": deployed.database_prefix,
        "ITHACA_SECRET_KEY": deployed.secret_keys[0],
        "SMTP_URL": str(deployed.smtp_url),
        "ITHACA_LINK_TEMPLATE": str(deployed.link_template),
    }
    command = [sys.executable, "-m", __name__, work, now.isoformat(), place]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        stands = any(line.strip() == _STANDING for line in process.stdout)
        process.kill()
        assert stands, f"it never came to {place}"
    assert process.returncode == -signal.SIGKILL


@dataclass(frozen=True, slots=True)
class _Standing:
    moment: datetime

    def now(self) -> datetime:
        return self.moment


def _stand_still() -> None:
    sys.stdout.write(f"{_STANDING}\n")
    sys.stdout.flush()
    threading.Event().wait()


def _standing_still(made: Any, when: str) -> Any:
    def still(*given: Any, **named: Any) -> Any:
        if when == "half":
            *others, content = given
            if len(content) < _LARGE:
                return made(*given, **named)
            made(*others, content[: len(content) // 2])
        elif when == "after":
            made(*given, **named)
        return _stand_still()

    return still


def _do_one(name: str, now: str, place: str) -> None:
    foundation = lay(settings.read(), "notifications", _Standing(datetime.fromisoformat(now)))
    service = build(foundation)
    when, _, place = place.rpartition("|")
    module, _, names = place.partition(":")
    *path, last = names.split(".")
    holder = reduce(getattr, path, import_module(module))
    setattr(holder, last, _standing_still(getattr(holder, last), when))
    [work] = [each for each in service.due if each.name == name]
    DueLoop(foundation.unit_of_work, [work], foundation.clock).step(work)


if __name__ == "__main__":
    _do_one(*sys.argv[1:])
