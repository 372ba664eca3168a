"""One platform owns a data folder, and finds its fixed ports free or says who needs them."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from cli.embedded.errors import NoPlatform
from cli.embedded.folder import DataFolder
from cli.embedded.platform import Platform, this_process
from cli.embedded.ports import PortBook
from tests.integration.embedded.ranges import free_range


def up(data: Path, base_port: int, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "cli.main", "up", "--data", str(data), "--base-port", str(base_port), *options]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


def test_a_second_up_on_the_same_folder_names_the_holder_and_fails(folder: DataFolder) -> None:
    result = up(folder.path, 8000)

    assert result.returncode == 1
    assert f"{folder.path} is in use by process {os.getpid()}" in result.stderr


def test_a_taken_port_is_named_with_who_needs_it_before_anything_starts(tmp_path: Path) -> None:
    base = free_range()  # below the ports that clients are given, so that nobody else comes in between
    port = base + 3
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", port))
        holder.listen()

        result = up(tmp_path / "data", base)

    assert result.returncode == 1
    assert f"port {port} on 127.0.0.1 is taken, and events needs it" in result.stderr
    assert "--base-port" in result.stderr
    assert result.stdout == ""
    assert not (tmp_path / "data" / "mongodb").exists()


def test_an_address_of_another_machine_is_refused_by_name(tmp_path: Path) -> None:
    result = up(tmp_path / "data", 8000, "--host", "192.0.2.1")

    assert result.returncode == 1
    assert "this machine has no address 192.0.2.1" in result.stderr


def test_a_port_is_kept_while_it_is_free_and_replaced_when_it_is_not(tmp_path: Path) -> None:
    path = tmp_path / "ports.json"
    first = PortBook(path).claim("kafka", "127.0.0.1")
    assert PortBook(path).claim("kafka", "127.0.0.1") == first

    with socket.socket() as holder:
        holder.bind(("127.0.0.1", first))
        holder.listen()

        assert PortBook(path).claim("kafka", "127.0.0.1") != first


def test_no_server_s_port_is_one_that_a_client_may_be_given(tmp_path: Path) -> None:
    """A client that asks for a server which is away could be connected with itself, and keep the port."""
    book = PortBook(tmp_path / "ports.json")
    assert max(book.claim(f"server-{number}", "127.0.0.1") for number in range(20)) < 32_768


def test_a_running_platform_is_found_in_its_folder(tmp_path: Path) -> None:
    platform = _platform(*this_process())
    platform.save(tmp_path)

    assert Platform.load(tmp_path) == platform


def test_no_platform_is_a_sentence_that_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(NoPlatform, match=r"no platform is running in .*: start one with `ithaca up`"):
        Platform.load(tmp_path)


def test_what_a_killed_up_recorded_is_no_platform(tmp_path: Path) -> None:
    pid, _ = this_process()
    _platform(pid, "another-boot:1").save(tmp_path)

    with pytest.raises(NoPlatform):
        Platform.load(tmp_path)


def test_the_ready_line_names_every_address_in_order() -> None:
    assert _platform(1, "").ready_line() == (
        "ready kafka=127.0.0.1:9092 mongodb=mongodb://127.0.0.1:27017/?replicaSet=rs0 mailbox=http://127.0.0.1:8005 "
        "profiles=http://127.0.0.1:8001 matching=http://127.0.0.1:8002 events=http://127.0.0.1:8003 "
        "notifications=http://127.0.0.1:8004"
    )


def _platform(pid: int, started: str) -> Platform:
    return Platform(
        kafka="127.0.0.1:9092",
        mongodb="mongodb://127.0.0.1:27017/?replicaSet=rs0",
        mailbox="http://127.0.0.1:8005",
        profiles="http://127.0.0.1:8001",
        matching="http://127.0.0.1:8002",
        events="http://127.0.0.1:8003",
        notifications="http://127.0.0.1:8004",
        broker="kafka",
        smtp="smtp://127.0.0.1:2525",
        jwks="file:///data/issuer/jwks.json",
        issuer="https://ithaca.local",
        pid=pid,
        started=started,
    )
