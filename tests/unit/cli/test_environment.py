"""Where the commands find the broker and the database."""

from pathlib import Path

import pytest

from cli import environment
from cli.embedded.platform import Platform, this_process


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder that the environment names, and nothing else."""
    for name in ("KAFKA_BOOTSTRAP_SERVERS", "MONGODB_URI", "ITHACA_BROKER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ITHACA_DATA", str(tmp_path))
    return tmp_path


def run_platform(data: Path) -> None:
    """As if this process were an `ithaca up` in that folder."""
    pid, started = this_process()
    services = dict.fromkeys(("profiles", "matching", "events", "notifications"), "http://127.0.0.1:1")
    Platform(
        kafka="127.0.0.1:19999",
        mongodb="mongodb://127.0.0.1:29999/",
        mailbox="http://127.0.0.1:1",
        **services,
        broker="noida",
        smtp="smtp://127.0.0.1:1",
        jwks="file:///jwks.json",
        issuer="https://ithaca.local",
        pid=pid,
        started=started,
    ).save(data)


def test_a_running_platform_is_found(data: Path) -> None:
    run_platform(data)
    found = environment.settings()
    assert found.kafka.bootstrap_servers == ("127.0.0.1:19999",)
    assert found.mongodb_uri == "mongodb://127.0.0.1:29999/"
    assert not found.kafka.transactions


def test_what_the_environment_names_outranks_the_platform(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run_platform(data)
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "broker.example.org:9092")
    found = environment.settings()
    assert found.kafka.bootstrap_servers == ("broker.example.org:9092",)
    assert found.mongodb_uri == "mongodb://127.0.0.1:29999/"


def test_a_wrong_variable_ends_the_command_with_one_line(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ITHACA_PORT", "http")
    with pytest.raises(SystemExit) as end:
        environment.settings()
    assert end.value.code == 2
    assert capsys.readouterr().err.splitlines() == ["ithaca: ITHACA_PORT is 'http': it takes a port from 1 to 65535."]


def test_a_wrong_variable_of_one_service_ends_its_command_with_one_line_too(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SMTP_URL", "http://mail.example.org")
    with pytest.raises(SystemExit) as end:
        environment.every_service("notifications")
    assert end.value.code == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("ithaca: SMTP_URL takes ")


def test_a_database_address_that_the_driver_refuses_ends_the_command_with_one_line(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MONGODB_URI", "mongodb://")
    with pytest.raises(SystemExit) as end:
        environment.every_service("profiles")
    assert end.value.code == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("ithaca: MONGODB_URI is ")


def test_without_a_platform_the_command_says_how_to_start_one(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        environment.platform()
    assert end.value.code == 1
    assert "start one with `ithaca up`" in capsys.readouterr().err
