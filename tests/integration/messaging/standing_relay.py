"""A relay in a process of its own that stands still once, at a named point of its first claim.

`python -m tests.integration.messaging.standing_relay before_send|before_commit|before_settle LEASE_SECONDS`: says
`standing` when it is there, and goes on at a line on standard input. Settings come from the environment.
"""

import sys
import threading
import time
from collections.abc import Callable
from typing import Any

from shared import settings as settings_module
from shared.messaging.carrier import Carrier
from shared.messaging.relay import Relay
from shared.service import lay, until_signalled
from shared.telemetry import logs

SERVICE = "events"
POINTS: dict[str, tuple[type, str]] = {
    "before_send": (Carrier, "send"),
    "before_commit": (Carrier, "_commit"),
    "before_settle": (Relay, "_settle"),
}


def stand_once(place: type, method: str, lease_seconds: float) -> None:
    original: Callable[..., Any] = getattr(place, method)
    first = threading.Lock()

    def standing(*arguments: Any) -> Any:
        if first.acquire(blocking=False):
            sys.stdout.write("standing\n")
            sys.stdout.flush()
            sys.stdin.readline()
            if method == "_commit":
                # As if the pause fell behind the last look at the clock: only the broker can tell now.
                arguments = (arguments[0], time.monotonic() + lease_seconds)
        return original(*arguments)

    setattr(place, method, standing)


def main(point: str, lease_seconds: float) -> None:
    stand_once(*POINTS[point], lease_seconds)
    settings = settings_module.read()
    logs.configure("json", service=SERVICE, role="relay")
    ground = lay(settings, SERVICE)
    relay = Relay(settings, ground.client, ground.database, SERVICE, lease_seconds=lease_seconds)
    until_signalled(relay.run, relay.stop)


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]))
