"""Apache Kafka as a single KRaft node, run with plain `java`."""

import base64
import shutil
import uuid
from dataclasses import dataclass
from pathlib import Path

from cli.embedded.atomic import write_atomically
from cli.embedded.child import Command
from cli.embedded.folder import DataFolder
from cli.embedded.java import Java
from cli.embedded.kafka_jars import KafkaJars
from cli.embedded.kafka_probe import answers_kafka
from cli.embedded.ports import reachable
from cli.embedded.supervisor import Part, Supervisor

_CONTROLLER_HOST = "127.0.0.1"

# One broker, so every replication factor is 1. Internal topics with few partitions start faster, and a consumer
# group that forms alone need not wait for others. The cleaner is on: compacted topics are what erasure relies on.
# After a kill, a broker is let in again only when its earlier session has expired: 9 s by default, 3 s here.
_SETTINGS = """\
process.roles=broker,controller
node.id=1
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
auto.create.topics.enable=false
num.partitions=3
default.replication.factor=1
min.insync.replicas=1
offsets.topic.replication.factor=1
offsets.topic.num.partitions=8
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=8
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
share.coordinator.state.topic.num.partitions=1
group.initial.rebalance.delay.ms=0
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
log.cleaner.enable=true
log.cleaner.dedupe.buffer.size=16777216
num.network.threads=2
num.io.threads=4
background.threads=2
"""

# The supervisor keeps what is printed, in a log of bounded size.
_LOGGING = """\
rootLogger.level=INFO
rootLogger.appenderRef.console.ref=console
appender.console.type=Console
appender.console.name=console
appender.console.layout.type=PatternLayout
appender.console.layout.pattern=[%d] %p %m (%c)%n
"""


@dataclass(frozen=True, slots=True)
class Node:
    """Where the broker listens; its controller only ever listens on loopback."""

    host: str
    port: int
    controller_port: int

    @property
    def bootstrap(self) -> str:
        """What clients connect to."""
        return f"{reachable(self.host)}:{self.port}"

    def properties(self, log_folder: Path) -> bytes:
        """The server.properties of this node."""
        listeners = f"PLAINTEXT://{self.host}:{self.port},CONTROLLER://{_CONTROLLER_HOST}:{self.controller_port}"
        return (
            f"{_SETTINGS}"
            f"controller.quorum.voters=1@{_CONTROLLER_HOST}:{self.controller_port}\n"
            f"listeners={listeners}\n"
            f"advertised.listeners=PLAINTEXT://{self.bootstrap}\n"
            f"log.dirs={_escaped(log_folder)}\n"
        ).encode("ascii")


def prepare(folder: DataFolder, node: Node, java: Java, jars: KafkaJars, supervisor: Supervisor) -> Part:
    """Writes the configuration, formats the storage where that was not done yet, and gives the part to start.

    Raises PartFailed where formatting fails, Interrupted.
    """
    folder.kafka.mkdir(parents=True, exist_ok=True)
    logging = folder.kafka / "log4j2.properties"
    write_atomically(logging, _LOGGING.encode())
    run = _Jvm(java, jars, logging)
    storage = folder.kafka / "log"
    if not storage.exists():
        _format(folder, node, run, storage, supervisor)
    properties = folder.kafka / "server.properties"
    write_atomically(properties, node.properties(storage))
    return Part(
        "kafka",
        Command(run.arguments(("kafka.Kafka", str(properties))), folder.logs / "kafka.log"),
        is_ready=answers_kafka(node.bootstrap),
        address=node.bootstrap,
        grace=30,
    )


def _format(folder: DataFolder, node: Node, run: "_Jvm", storage: Path, supervisor: Supervisor) -> None:
    """Formats beside and renames, so that a kill leaves either no storage or a whole one."""
    forming = folder.kafka / "forming"
    shutil.rmtree(forming, ignore_errors=True)
    properties = folder.kafka / "format.properties"
    write_atomically(properties, node.properties(forming))
    cluster = cluster_id(uuid.uuid4())
    tool = ("kafka.tools.StorageTool", "format", "--cluster-id", cluster, "--config", str(properties))
    unfinished = folder.kafka / "classes.jsa"
    log = folder.logs / "kafka-format.log"
    supervisor.run_to_end({"kafka storage": Command(run.arguments(tool, archive_to=unfinished), log)})
    run.keep_archive(unfinished)
    forming.rename(storage)


def cluster_id(random: uuid.UUID) -> str:
    """Kafka's spelling of a UUID, URL-safe base64, without the leading `-` that its tool would take for an option."""
    raw = bytes([random.bytes[0] & 0x7F]) + random.bytes[1:]
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


@dataclass(frozen=True, slots=True)
class _Jvm:
    """How java is called: for a short life beside many other processes.

    Formatting loads most classes of the server, so its run makes the class data archive that every later start maps,
    and code is compiled quickly rather than well. Measured on two shared cores: the archive takes a quarter off the
    time to an open port, quick compilation another third, and no fewer messages pass per second.
    """

    java: Java
    jars: KafkaJars
    logging: Path

    def arguments(self, program: tuple[str, ...], archive_to: Path | None = None) -> tuple[str, ...]:
        archive = self._archive()
        if archive is not None and archive.exists():
            sharing: tuple[str, ...] = (f"-XX:SharedArchiveFile={archive}",)
        elif archive is not None and archive_to is not None:
            sharing = (f"-XX:ArchiveClassesAtExit={archive_to}",)
        else:
            sharing = ()
        return (
            self.java.program,
            "-Xms128m",
            "-Xmx512m",
            "-XX:+ExitOnOutOfMemoryError",
            "-XX:TieredStopAtLevel=1",
            "-Xshare:auto",
            *sharing,
            f"-Dlog4j2.configurationFile={self.logging}",
            "-cp",
            self.jars.classpath,
            *program,
        )

    def keep_archive(self, made: Path) -> None:
        """Takes a finished archive over for everybody who uses these jars with this Java."""
        archive = self._archive()
        if archive is not None and made.exists() and not archive.exists():
            partial = archive.with_name(f"{archive.name}.{uuid.uuid4().hex}")
            shutil.copyfile(made, partial)  # the cache may be on another file system
            partial.replace(archive)
        made.unlink(missing_ok=True)

    def _archive(self) -> Path | None:
        return self.jars.archives / f"classes-{self.java.version}.jsa" if self.jars.archives is not None else None


def _escaped(path: Path) -> str:
    """A path in a Java properties file, which is Latin-1 with escapes."""
    text = str(path).replace("\\", "\\\\")
    return "".join(character if character.isascii() else f"\\u{ord(character):04x}" for character in text)
