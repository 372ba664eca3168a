"""`ithaca doctor` says what is missing and how to mend it."""

import os
import subprocess
import sys
from pathlib import Path

from cli.embedded.folder import DataFolder
from cli.embedded.machine import examine
from cli.embedded.platform import Platform, this_process
from cli.embedded.ports import PortBook


def doctor(data: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name not in {"KAFKA_BOOTSTRAP_SERVERS"}}
    command = [sys.executable, "-m", "cli.main", "doctor", "--data", str(data)]
    return subprocess.run(
        command, env={**environment, **variables}, capture_output=True, text=True, check=False, timeout=60
    )


def test_a_missing_java_is_a_fault_where_kafka_is_wanted(tmp_path: Path) -> None:
    result = doctor(tmp_path, JAVA_HOME="/no/such/java", ITHACA_BROKER="kafka")

    assert result.returncode == 1
    assert "java: fault: /no/such/java/bin/java does not run" in result.stdout
    assert "-> install Java 17 or later" in result.stdout


def test_a_missing_java_is_a_note_where_noida_will_do(tmp_path: Path) -> None:
    result = doctor(tmp_path, JAVA_HOME="/no/such/java", ITHACA_BROKER="noida")

    assert "java: note:" in result.stdout


def test_a_broker_and_a_database_that_are_named_and_do_not_answer_are_faults(tmp_path: Path) -> None:
    silent = PortBook(tmp_path / "ports.json").claim("silent", "127.0.0.1")
    named = {
        "KAFKA_BOOTSTRAP_SERVERS": f"127.0.0.1:{silent}",
        "MONGODB_URI": f"mongodb://127.0.0.1:{silent}/?replicaSet=rs0",
    }

    result = doctor(tmp_path, **named)

    assert result.returncode == 1
    assert f"broker: fault: KAFKA_BOOTSTRAP_SERVERS names 127.0.0.1:{silent}, which does not answer" in result.stdout
    assert "mongodb: fault: MONGODB_URI names one, which does not answer" in result.stdout


def test_a_folder_that_cannot_be_made_is_a_fault(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.touch()

    result = doctor(blocked / "data")

    assert result.returncode == 1
    assert "data folder: fault:" in result.stdout


def test_what_no_longer_answers_of_a_running_platform_is_named(tmp_path: Path) -> None:
    silent = PortBook(tmp_path / "ports.json").claim("silent", "127.0.0.1")
    url = f"http://127.0.0.1:{silent}"
    pid, started = this_process()
    Platform(
        *(f"127.0.0.1:{silent}", f"mongodb://127.0.0.1:{silent}/?directConnection=true", url, url, url, url, url),
        *("kafka", "smtp://127.0.0.1:1", "file:///jwks.json", "https://ithaca.local"),
        pid=pid,
        started=started,
    ).save(tmp_path)

    running = {finding.name: finding for finding in examine(DataFolder(tmp_path), {}) if "running" in finding.name}

    assert len(running) == 7
    assert running["running events"].found == f"no answer at {url}"
    assert str(tmp_path / "logs") in running["running kafka"].mend
