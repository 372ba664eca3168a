"""The health check inside an image: status 0 while the container does what it was started for.

A web role must answer `/health/live`, and so must a worker or relay that has an ITHACA_HEALTH_PORT. What listens
nowhere is alive while its process is, and where that has ended there is no container left to ask.
"""

import http.client
import os
import sys
from collections.abc import Mapping
from pathlib import Path

_PATIENCE = 3.0
_LOOPBACK = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 (compared, not bound)


def listens(arguments: list[str]) -> bool:
    """Whether a process with these arguments, perhaps below an init, has a web role."""
    return any(
        argument in ("--role=web", "--role=all") or (argument == "--role" and following in ("web", "all"))
        for argument, following in zip(arguments, [*arguments[1:], ""], strict=True)
    )


def port_to_ask(arguments: list[str], environment: Mapping[str, str]) -> int | None:
    """Where a process with these arguments answers for its health; None where it does not."""
    if listens(arguments):
        return int(environment["ITHACA_PORT"])
    works = "run" in arguments and any(role in argument for argument in arguments for role in ("worker", "relay"))
    return int(environment.get("ITHACA_HEALTH_PORT") or 0) or None if works else None


def answers(host: str, port: int) -> bool:
    """Whether the role at this address says that it is alive; waits 3 seconds at most for each step of it."""
    connection = http.client.HTTPConnection(_LOOPBACK.get(host, host), port, timeout=_PATIENCE)
    try:
        connection.request("GET", "/health/live")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def main() -> None:
    """Looks at the container's first process."""
    arguments = Path("/proc/1/cmdline").read_bytes().decode(errors="replace").split("\0")
    port = port_to_ask(arguments, os.environ)
    if port is not None and not answers(os.environ["ITHACA_HOST"], port):
        sys.exit(1)


if __name__ == "__main__":
    main()
