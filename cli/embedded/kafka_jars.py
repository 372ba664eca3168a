"""Apache Kafka's jars: of the distribution that `KAFKA_HOME` names, else fetched once with Maven into a cache."""

import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cli
from cli.embedded.child import Command
from cli.embedded.errors import NotAvailable
from cli.embedded.folder import locked

POM = Path(cli.__file__).parents[1] / "deploy" / "kafka" / "pom.xml"
_SIZE = re.compile(r"\(([\d.]+) (kB|MB) at")

Fetch = Callable[[Command, Callable[[], str]], None]
"""Runs a command to its end, showing the progress that the second argument tells; raises PartFailed, Interrupted."""


@dataclass(frozen=True, slots=True)
class KafkaJars:
    """The classpath of a Kafka server, in a fixed order, as class data sharing wants it."""

    jars: tuple[Path, ...]
    archives: Path | None
    """Where a class data archive for these jars may be kept; None where the jars are not ours."""

    @property
    def classpath(self) -> str:
        return os.pathsep.join(str(jar) for jar in self.jars)


def distribution(home: Path) -> KafkaJars:
    """The jars of an unpacked Kafka distribution. Raises NotAvailable where it is none."""
    jars = tuple(sorted((home / "libs").glob("*.jar")))
    if not any(jar.name.startswith("kafka_2.13-") for jar in jars):
        raise NotAvailable(f"KAFKA_HOME names {home}, which holds no Kafka server (libs/kafka_2.13-*.jar)")
    return KafkaJars(jars, archives=None)


def cache_folder() -> Path:
    """Where the jars of the pinned POM are, or will be. Another POM is another folder."""
    if not POM.exists():
        raise NotAvailable(f"{POM} is missing: run from a checkout, or name a distribution in KAFKA_HOME")
    pom = POM.read_bytes()
    version = re.search(rb"<kafka\.version>(.+?)</kafka\.version>", pom)
    name = version[1].decode() if version else "unknown"
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return base / "ithaca" / f"kafka-{name}-{hashlib.sha256(pom).hexdigest()[:10]}"


def cached() -> KafkaJars | None:
    """The fetched jars; None where they were not fetched yet."""
    folder = cache_folder()
    return KafkaJars(tuple(sorted(folder.glob("*.jar"))), archives=folder) if folder.is_dir() else None


def fetched(log: Path, fetch: Fetch, while_waiting: Callable[[], None]) -> KafkaJars:
    """The cached jars, fetched now if need be; a fetch that was cut off leaves nothing, and of two at once one waits.

    Raises NotAvailable without Maven, and whatever `fetch` and `while_waiting` raise.
    """
    if (present := cached()) is not None:
        return present
    maven = shutil.which("mvn")
    if maven is None:
        raise NotAvailable(
            "Kafka was not fetched yet and there is no mvn: install Maven, or name a Kafka in KAFKA_HOME"
        )
    folder = cache_folder()
    folder.parent.mkdir(parents=True, exist_ok=True)
    with locked(folder.with_name(f"{folder.name}.lock"), while_waiting):
        if (present := cached()) is not None:
            return present
        for stale in folder.parent.glob(f"{folder.name}.part-*"):
            shutil.rmtree(stale)
        part = Path(tempfile.mkdtemp(prefix=f"{folder.name}.part-", dir=folder.parent))
        log.unlink(missing_ok=True)
        fetch(Command(_copy_dependencies(maven, part), log), lambda: _progress(log))
        part.rename(folder)
    return KafkaJars(tuple(sorted(folder.glob("*.jar"))), archives=folder)


def _copy_dependencies(maven: str, target: Path) -> tuple[str, ...]:
    goal: Sequence[str] = ("dependency:copy-dependencies", "-DincludeScope=runtime", f"-DoutputDirectory={target}")
    return (maven, "--batch-mode", "--strict-checksums", "--file", str(POM), *goal)


def _progress(log: Path) -> str:
    """How much Maven says it has downloaded so far."""
    lines = log.read_text("utf-8", "replace").splitlines() if log.exists() else []
    sizes = [found for line in lines if line.startswith("[INFO] Downloaded") and (found := _SIZE.search(line))]
    megabytes = sum(float(size[1]) * (1 if size[2] == "MB" else 0.001) for size in sizes)
    return f"fetched {megabytes:.0f} MB in {len(sizes)} files"
