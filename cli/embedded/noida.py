"""noida-db, a pip wheel that speaks Kafka's protocol: the broker where Java is missing.

It is not durable: killed, it can lose the last second of acknowledged messages (asked to stop, it loses nothing).
"""

import os
from importlib.util import find_spec
from pathlib import Path

from cli.embedded.child import Command
from cli.embedded.errors import NotAvailable
from cli.embedded.folder import DataFolder
from cli.embedded.kafka_probe import answers_kafka
from cli.embedded.ports import reachable
from cli.embedded.supervisor import Part


def find_noida() -> Path | None:
    """The program inside the installed wheel; None where the wheel is not installed."""
    spec = find_spec("noida_db")
    if spec is None or spec.origin is None:
        return None
    program = Path(spec.origin).with_name("noida-db")
    return program if program.exists() else None


def part(folder: DataFolder, host: str, port: int) -> Part:
    """The broker, to be started. Raises NotAvailable where the wheel is not installed."""
    program = find_noida()
    if program is None:
        raise NotAvailable("noida is not installed: pip install 'ithaca[embedded]'")
    if not os.access(program, os.X_OK):  # as the wheel's own launcher does
        program.chmod(0o755)
    where = ("--data-dir", str(folder.noida), "--host", host, "--kafka-port", str(port))
    address = f"{reachable(host)}:{port}"
    return Part(
        "kafka",
        Command((str(program), "start", "--only", "kafka", *where), folder.logs / "kafka.log"),
        is_ready=answers_kafka(address),
        address=address,
        grace=30,
    )
