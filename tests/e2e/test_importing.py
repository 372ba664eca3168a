"""`ithaca import attendees` on the running platform, as an organizer with a file uses it."""

import csv
import gzip
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import orjson

from tests.e2e.gathering import Gathering, gathering
from tests.e2e.outside import record
from tests.e2e.running import Running, eventually


def written(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_bytes(b"\n".join(map(orjson.dumps, rows)))
    return path


def brought(event: Gathering, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return event.platform.ithaca("import", "attendees", "--tenant", event.tenant, *arguments)


def tickets(event: Gathering, wanted: int) -> set[str]:
    def found() -> dict[str, Any] | None:
        registrations = event.registrations()
        return registrations if len(registrations) == wanted else None

    return set(eventually(found))


def test_a_file_is_taken_in_and_its_faulty_rows_are_printed(platform: Running, tmp_path: Path) -> None:
    event = gathering(platform)
    rows = [record(event.source_event_id, "F-1"), record(event.source_event_id, "F-2", status="perhaps")]
    done = brought(event, str(written(tmp_path / "rows.ndjson", [*rows, record(event.source_event_id, "F-3")])))
    assert (done.returncode, done.stdout.count("\n")) == (1, 1), done.stderr
    assert done.stdout.startswith("2\t/status\t")
    assert "3 rows: 2 published, 1 rejected." in done.stderr
    assert tickets(event, 2) == {"F-1", "F-3"}


def test_a_table_s_columns_are_tried_before_anything_is_published(platform: Running, tmp_path: Path) -> None:
    event, path = gathering(platform), tmp_path / "list.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file, delimiter=";").writerows([["Ticket", "E-Mail"], ["T-1", "a@example.org"], ["T-2", "nobody"]])
    refused = brought(event, str(path), "--event", event.event_id)
    assert (refused.returncode, "The column Ticket is no field" in refused.stderr) == (1, True), refused.stderr
    mapped = ("--event", event.event_id, "--map", "Ticket:source_registration_id", "--map", "E-Mail:email")
    tried = brought(event, str(path), *mapped, "--dry-run")
    assert (tried.returncode, tried.stdout) == (1, "3\tE-Mail\tNot an e-mail address.\n"), tried.stderr
    assert "E-Mail -> person.email" in tried.stderr
    assert "2 rows: 1 sound, 1 rejected. Nothing was published." in tried.stderr
    assert event.registrations() == {}
    assert brought(event, str(path), *mapped).returncode == 1
    assert tickets(event, 1) == {"T-1"}


def test_a_packed_file_is_taken_and_the_same_again_changes_nothing(platform: Running, tmp_path: Path) -> None:
    event, path = gathering(platform), tmp_path / "rows.gz"
    path.write_bytes(gzip.compress(orjson.dumps(record(event.source_event_id, "P-1"))))
    assert [brought(event, str(path)).returncode for _ in range(2)] == [0, 0]
    before = event.linked("P-1")
    assert brought(event, str(path)).returncode == 0
    event.outside.binary(record(event.source_event_id, "P-2"))
    event.linked("P-2")
    assert event.registrations()["P-1"] == before


def test_what_cannot_be_known_is_asked_for_in_a_line(platform: Running, tmp_path: Path) -> None:
    event = gathering(platform)
    gathering(platform)
    path = written(tmp_path / "rows.ndjson", [record("another", "U-1")])
    for said, arguments in {
        "Say for whom: --tenant": (str(path),),
        "No event names the source event turnstile/another": (str(path), "--tenant", event.tenant),
        "There is no event": (str(path), "--tenant", event.tenant, "--event", "01890a5d-ac96-774b-bcce-b302099a8057"),
        "--url needs a token": (str(path), "--url", "http://127.0.0.1:1"),
        "http://127.0.0.1:1 gives no answer": (
            str(path),
            "--url",
            "http://127.0.0.1:1",
            "--token",
            "x",
            "--event",
            "1",
        ),
        "does not exist": (str(tmp_path / "none.csv"),),
    }.items():
        done = platform.ithaca("import", "attendees", *arguments)
        assert (done.returncode in (1, 2), done.stdout, said in done.stderr) == (True, "", True), (said, done.stderr)
        assert "Traceback" not in done.stderr


def test_an_interrupted_import_says_what_holds_and_can_be_done_again(platform: Running, tmp_path: Path) -> None:
    event = gathering(platform)
    path = written(tmp_path / "many.ndjson", [record(event.source_event_id, f"I-{each}") for each in range(40_000)])
    command = (sys.executable, "-m", "cli.main", "import", "attendees", str(path), "--tenant", event.tenant)
    process = subprocess.Popen(command, env=platform.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    token = event.staff("organizer")

    def states() -> list[str]:
        listed = platform.call("GET", "events", "/v1/imports", token=token).json()["items"]
        return [each["state"] for each in listed if each["received"]]

    eventually(lambda: states() == ["running"])
    os.kill(process.pid, signal.SIGINT)
    printed, said = process.communicate(timeout=30)
    assert (process.returncode, printed) == (130, b"")
    assert b"the same file again changes nothing of them" in said
    eventually(lambda: states() == ["interrupted"])
