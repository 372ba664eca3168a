"""Which broker runs here: Apache Kafka where that is possible, else noida, after saying what is lost."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from cli.embedded import kafka, noida
from cli.embedded.child import Command
from cli.embedded.errors import NotAvailable, PartFailed
from cli.embedded.folder import DataFolder
from cli.embedded.java import find_java
from cli.embedded.kafka_jars import KafkaJars, distribution, fetched
from cli.embedded.ports import PortBook, reachable
from cli.embedded.report import Report
from cli.embedded.supervisor import Part, Supervisor

Kind = Literal["auto", "kafka", "noida"]

_WHAT_IS_LOST = (
    "running noida instead of Apache Kafka: killed, it can lose the last second of acknowledged messages, "
    "and it never evicts a dead member of a consumer group"
)


@dataclass(frozen=True, slots=True)
class Broker:
    """A broker that is ready to be started."""

    kind: Literal["kafka", "noida"]
    part: Part
    bootstrap: str


def prepare_broker(folder: DataFolder, host: str, kind: Kind, supervisor: Supervisor, report: Report) -> Broker:
    """Finds or fetches the broker and makes its data folder ready.

    `auto` takes Apache Kafka where that is possible and noida otherwise, after a warning. Raises NotAvailable,
    PartFailed (a fetch or a format failed), Interrupted.
    """
    if kind == "noida":
        return _noida(folder, host)
    try:
        java, jars = find_java(), _jars(folder, supervisor)
    except (NotAvailable, PartFailed) as error:
        if kind == "kafka":
            raise
        if not noida.find_noida():
            raise NotAvailable(f"{error}. The fallback is missing too: pip install 'ithaca[embedded]'.") from error
        reason = str(error).partition("\n")[0]  # the output of a failed fetch is in its log
        report.say("kafka", f"warning: {_WHAT_IS_LOST}. The reason: {reason}")
        return _noida(folder, host)
    ports = PortBook(folder.ports)
    node = kafka.Node(host, ports.claim("kafka", host), ports.claim("controller", "127.0.0.1"))
    part = kafka.prepare(folder, node, java, jars, supervisor)
    return Broker("kafka", part, node.bootstrap)


def _noida(folder: DataFolder, host: str) -> Broker:
    port = PortBook(folder.ports).claim("kafka", host)
    return Broker("noida", noida.part(folder, host, port), f"{reachable(host)}:{port}")


def _jars(folder: DataFolder, supervisor: Supervisor) -> KafkaJars:
    if home := os.environ.get("KAFKA_HOME"):
        return distribution(Path(home))

    def fetch(command: Command, progress: Callable[[], str]) -> None:
        supervisor.run_to_end({"kafka, from Maven (once, about 50 MB)": command}, progress)

    return fetched(folder.logs / "kafka-fetch.log", fetch, while_waiting=supervisor.check)
