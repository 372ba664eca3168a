"""The running platform: its addresses, as `ithaca up` records them and the other commands find them."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from cli.embedded.atomic import write_atomically
from cli.embedded.errors import NoPlatform
from cli.embedded.folder import DataFolder
from cli.embedded.identity import started_at

_SHOWN = ("kafka", "mongodb", "mailbox", "profiles", "matching", "events", "notifications")


@dataclass(frozen=True, slots=True)
class Platform:
    """Where each part answers. `pid` and `started` are those of `ithaca up`; a platform in containers has neither."""

    kafka: str
    mongodb: str
    mailbox: str
    profiles: str
    matching: str
    events: str
    notifications: str
    broker: str
    smtp: str
    jwks: str
    issuer: str
    pid: int | None = None
    started: str | None = None

    def ready_line(self) -> str:
        """The line that tells that everything answers."""
        return " ".join(["ready", *(f"{name}={getattr(self, name)}" for name in _SHOWN)])

    def service(self, name: str) -> str:
        """The base address of a service, such as `http://127.0.0.1:8001`."""
        address: str = getattr(self, name)
        return address

    def save(self, data_dir: Path) -> None:
        """Records it; `ithaca up` calls this once everything answers."""
        write_atomically(DataFolder(data_dir).platform, json.dumps(asdict(self), indent=2).encode())

    @classmethod
    def load(cls, data_dir: Path) -> "Platform":
        """The platform that runs in that folder. Raises NoPlatform; what a killed `ithaca up` recorded is none."""
        folder = DataFolder(data_dir)
        try:
            platform = cls(**json.loads(folder.platform.read_bytes()))
        except (FileNotFoundError, NotADirectoryError, TypeError):  # TypeError: left by another version
            platform = None
        if platform is None or (platform.pid is not None and started_at(platform.pid) != platform.started):
            raise NoPlatform(f"no platform is running in {folder.path}: start one with `ithaca up`")
        return platform


def this_process() -> tuple[int, str]:
    """The `pid` and `started` of the process that calls."""
    pid = os.getpid()
    return pid, started_at(pid) or ""
