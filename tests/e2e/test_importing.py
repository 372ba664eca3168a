"""`ithaca import` on the running platform, as somebody with a file uses it."""

import csv
import gzip
import os
import signal
import subprocess
import sys
import time
import uuid
from pathlib import Path
from typing import Any

import orjson

from shared.ids import new_id
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
    # So many that it is not through before it is interrupted.
    row = orjson.dumps(record(event.source_event_id, "I-0"))
    path = tmp_path / "many.ndjson"
    path.write_bytes(b"\n".join(row.replace(b'"I-0"', b'"I-%d"' % each) for each in range(300_000)))
    # A dry run: thousands of people who are really taken in would hold up the tests behind this one.
    command = (
        sys.executable,
        "-m",
        "cli.main",
        "import",
        "attendees",
        str(path),
        "--dry-run",
        "--tenant",
        event.tenant,
    )
    # A shell has what runs in its background ignore this signal, and so would what is started from there.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        process = subprocess.Popen(command, env=platform.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    finally:
        signal.signal(signal.SIGINT, before)
    token = event.staff("organizer")

    def states() -> list[str]:
        listed = platform.call("GET", "events", "/v1/imports", token=token).json()["items"]
        return [each["state"] for each in listed if each["received"]]

    def comes_to_be_half_way() -> bool:
        """The client stands still while the service, which may be slow to answer meanwhile, is asked."""
        os.kill(process.pid, signal.SIGCONT)
        time.sleep(0.2)
        os.kill(process.pid, signal.SIGSTOP)
        return states() == ["running"]

    try:
        eventually(comes_to_be_half_way)
        os.kill(process.pid, signal.SIGINT)
        os.kill(process.pid, signal.SIGCONT)
    except BaseException:
        process.kill()  # or it would stand still for good
        raise
    printed, said = process.communicate(timeout=180)
    assert (process.returncode, printed) == (130, b"")
    assert b"the same file again changes nothing of them" in said
    eventually(lambda: states() == ["interrupted"])


def feed(platform: Running, tenant: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return platform.ithaca("import", "members", "--tenant", tenant, *arguments)


def people(count: int) -> list[dict[str, Any]]:
    return [
        {
            "member_number": f"N-{each}",
            "given_name": "Ada",
            "family_name": f"Okafor {each}",
            "email": f"n{each}@example.org",
        }
        for each in range(count)
    ]


def test_a_feed_of_members_is_applied_and_asks_before_it_suspends_many(platform: Running, tmp_path: Path) -> None:
    tenant = f"e2e-{uuid.uuid4().hex[:10]}"
    first = feed(platform, tenant, str(written(tmp_path / "all.ndjson", people(20))))
    assert (first.returncode, first.stdout) == (0, ""), first.stderr
    assert "20 rows: 20 created, 0 changed, 0 unchanged, 0 rejected." in first.stderr
    fewer = str(written(tmp_path / "fewer.ndjson", people(17)))
    tried = feed(platform, tenant, fewer, "--dry-run")
    assert (tried.returncode, "3 of 20 members are not in the file: would be suspended." in tried.stderr) == (0, True)
    held = feed(platform, tenant, fewer)
    assert (held.returncode, "wait for approval (--approve)" in held.stderr) == (3, True), held.stderr
    approved = feed(platform, tenant, fewer, "--approve")
    assert (approved.returncode, "3 of 20 members are not in the file: suspended." in approved.stderr) == (0, True)
    faulty = feed(platform, tenant, str(written(tmp_path / "f.ndjson", [{"member_number": "1"}])), "--partial")
    assert (faulty.returncode, faulty.stdout.split("\t")[:2]) == (1, ["1", "/given_name"]), faulty.stderr


def test_a_feed_goes_on_where_a_killed_worker_left_it(platform: Running, tmp_path: Path) -> None:
    tenant, count = f"e2e-{uuid.uuid4().hex[:10]}", 600
    path = written(tmp_path / "all.ndjson", people(count))
    token = platform.token(tenant, new_id(), "coordinator")
    sent = platform.call(
        "POST", "profiles", "/v1/imports", token=token, content=path.read_bytes(), content_type="application/x-ndjson"
    )
    address = sent.headers["Location"]

    def shown() -> dict[str, Any]:
        found: dict[str, Any] = platform.call("GET", "profiles", address, token=token).json()
        return found

    killed = []
    while (now := shown())["state"] == "applying":
        if now["applied"] and len(killed) < 3 and now["applied"] not in killed:
            os.kill(platform.processes()["profiles-worker"].pid, signal.SIGKILL)
            killed.append(now["applied"])
            eventually(lambda: platform.processes()["profiles-worker"].pid, within=60)
        time.sleep(0.05)
    done = shown()
    assert killed, "the worker was not killed while it worked"
    assert (done["state"], done["applied"], done["created"], done["rejected"]) == ("finished", count, count, 0)
    pages, cursor = set(), ""
    while cursor is not None:
        answer = platform.call("GET", "profiles", f"/v1/members?limit=200{cursor}", token=token).json()
        pages |= {(each["id"], each["family_name"]) for each in answer["items"]}
        cursor = f"&cursor={answer['next']}" if answer["next"] else None
    assert len(pages) == len({name for _, name in pages}) == count
