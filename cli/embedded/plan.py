"""Which processes make the platform, where each listens, and what each finds in its environment."""

import os
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass

from cli.embedded.child import Command
from cli.embedded.folder import DataFolder
from cli.embedded.http_probe import answers_ok
from cli.embedded.ports import reachable
from cli.embedded.supervisor import Part
from services.profiles.settings import OTHERS, SELF
from shared.contracts.acts import OWNERS
from shared.settings import SERVICES

MAILER = "notifications"
_MAILBOX_OFFSET = 5


@dataclass(frozen=True, slots=True)
class Addresses:
    """Ports counted from the base, as the contract numbers them."""

    host: str
    base_port: int

    def ports(self) -> dict[str, int]:
        """Each fixed port by the name of who needs it."""
        services = {name: self.base_port + offset for offset, name in enumerate(SERVICES, start=1)}
        return services | {"the mailbox page": self.mailbox_port}

    @property
    def mailbox_port(self) -> int:
        return self.base_port + _MAILBOX_OFFSET

    @property
    def mailbox(self) -> str:
        return self._url(self.mailbox_port)

    def service(self, name: str) -> str:
        """The base address of a service."""
        return self._url(self.service_port(name))

    def service_port(self, name: str) -> int:
        return self.base_port + 1 + SERVICES.index(name)

    def _url(self, port: int) -> str:
        return f"http://{reachable(self.host)}:{port}"


def mailbox_part(folder: DataFolder, addresses: Addresses, smtp_port: int) -> Part:
    """The local mailbox."""
    where = ("--host", addresses.host, "--port", str(addresses.mailbox_port), "--smtp-port", str(smtp_port))
    return Part(
        "mailbox",
        Command(
            (sys.executable, "-m", "cli.embedded.mailbox", "--folder", str(folder.mailbox), *where),
            folder.logs / "mailbox.log",
            {**os.environ, "ITHACA_DATA": str(folder.path)},
        ),
        is_ready=lambda _child: answers_ok(f"{addresses.mailbox}/health"),
        address=addresses.mailbox,
    )


def preparations(folder: DataFolder, environment: Mapping[str, str]) -> dict[str, Command]:
    """What must have run before the services start: topics, indexes, migrations."""
    steps = {"topics": ("topics", "apply"), "migrations": ("migrate",)}
    return {
        name: Command((sys.executable, "-m", "cli.main", *verb), folder.logs / f"{name}.log", environment)
        for name, verb in steps.items()
    }


def service_parts(folder: DataFolder, addresses: Addresses, environment: Mapping[str, str]) -> list[Part]:
    """A web, a worker and a relay process for each service."""
    return [
        _service_part(folder, addresses, environment, service, role)
        for service in SERVICES
        for role in ("web", "worker", "relay")
    ]


def _service_part(
    folder: DataFolder, addresses: Addresses, environment: Mapping[str, str], service: str, role: str
) -> Part:
    name = f"{service}-{role}"
    own = {**environment, "ITHACA_HOST": addresses.host, "ITHACA_PORT": str(addresses.service_port(service))}
    if "ITHACA_PUBLIC_URL_FILE" not in environment:
        own.setdefault("ITHACA_PUBLIC_URL", addresses.service(service))
    if service == MAILER and not {"ITHACA_PUBLIC_URL", "ITHACA_PUBLIC_URL_FILE"} & environment.keys():
        for owner in set(OWNERS.values()):
            if f"ITHACA_{owner.upper()}_PUBLIC_URL_FILE" not in environment:
                own.setdefault(f"ITHACA_{owner.upper()}_PUBLIC_URL", addresses.service(owner))
    for other in OTHERS if service == SELF else ():
        if f"ITHACA_{other.upper()}_URL_FILE" not in environment:
            own.setdefault(f"ITHACA_{other.upper()}_URL", addresses.service(other))
    if role == "worker" and environment.get("ITHACA_BROKER") == "noida":
        # noida never evicts a dead member; under a name of its own the one that follows takes its place at once.
        own.setdefault("ITHACA_INSTANCE", f"{service}-worker")
    # Broker and database end at the same moment as we do, and a service that asked them for a farewell would linger.
    command = Command(
        (sys.executable, "-m", "cli.main", "run", service, "--role", role),
        folder.logs / f"{name}.log",
        own,
        death_signal=signal.SIGKILL,
    )
    if role == "web":
        address = addresses.service(service)
        return Part(name, command, is_ready=lambda _child: answers_ok(f"{address}/health/ready"), address=address)
    return Part(name, command, is_ready=lambda child: child.announced_ready.is_set())


def service_environment(given: Mapping[str, str], ours: Mapping[str, str], fixed: Mapping[str, str]) -> dict[str, str]:
    """The environment of every service process: `ours` where the user set neither the variable nor its `_FILE`, and
    `fixed` whatever the user set."""
    kept = {name: value for name, value in given.items() if name.removesuffix("_FILE") not in fixed}
    added = {name: value for name, value in ours.items() if name not in kept and f"{name}_FILE" not in kept}
    return {**kept, **added, **fixed}
