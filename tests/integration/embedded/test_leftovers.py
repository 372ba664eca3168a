"""Nothing runs on after a kill, and nobody else's process is ever ended."""

import json
import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from cli.embedded.child import Child, Command
from cli.embedded.folder import DataFolder
from cli.embedded.identity import started_at
from cli.embedded.ledger import Ledger
from tests.integration.embedded.waiting import eventually

PARENT = """
    import sys, time
    from pathlib import Path
    from cli.embedded.child import Child, Command
    sleeper = Child(Command(("sleep", "1000"), Path(sys.argv[1])))
    print(sleeper.pid, flush=True)
    time.sleep(1000)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of its parent's end")
def test_a_killed_parent_leaves_no_child(tmp_path: Path) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(PARENT), str(tmp_path / "log")], stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    with parent.stdout:
        child = int(parent.stdout.readline())
    assert started_at(child) is not None

    parent.kill()
    parent.wait()

    eventually(lambda: started_at(child) is None)


def test_the_next_start_ends_what_was_left_over(folder: DataFolder) -> None:
    ledger = Ledger(folder.processes)
    child = Child(Command(("sleep", "1000"), folder.logs / "sleeper.log"))
    ledger.write({"sleeper": child})

    assert ledger.end_leftovers() == ["sleeper"]

    assert child.exit_code() == -signal.SIGTERM
    assert not folder.processes.exists()


def test_a_leftover_that_ignores_the_request_is_killed(folder: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cli.embedded.ledger.GRACE", 0.1)
    ledger = Ledger(folder.processes)
    script = """import signal, time; signal.signal(15, signal.SIG_IGN); print('{"event": "ready"}'); time.sleep(1000)"""
    child = Child(Command((sys.executable, "-u", "-c", script), folder.logs / "deaf.log"))
    eventually(child.announced_ready.is_set)
    ledger.write({"deaf": child})

    ledger.end_leftovers()

    assert child.exit_code() == -signal.SIGKILL


def test_a_process_that_got_the_number_later_is_left_alone(folder: DataFolder) -> None:
    other = Child(Command(("sleep", "1000"), folder.logs / "other.log"))
    try:
        entry = {"name": "ours", "pid": other.pid, "started": "some-earlier-boot:1", "command": ["sleep"]}
        folder.processes.write_text(json.dumps([entry]))

        assert Ledger(folder.processes).end_leftovers() == []

        assert other.exit_code() is None
    finally:
        other.kill()
        eventually(lambda: other.exit_code() is not None)


@pytest.mark.skipif(sys.platform != "linux", reason="sessions are read from /proc")
def test_children_of_a_leftover_that_is_gone_are_ended_too(folder: DataFolder) -> None:
    script = "import subprocess; print(subprocess.Popen(['sleep', '1000']).pid)"
    command = Command((sys.executable, "-u", "-c", script), folder.logs / "gone.log")
    environment = {**os.environ, "ITHACA_DATA": str(folder.path)}
    # Started without the supervisor's own clearing up, as after a kill of both.
    leader = subprocess.Popen(
        command.arguments, env=environment, start_new_session=True, stdout=subprocess.PIPE, text=True
    )
    started = started_at(leader.pid)
    assert leader.stdout is not None
    with leader.stdout:
        orphan = int(leader.stdout.readline())
    leader.wait()
    entry = {"name": "gone", "pid": leader.pid, "started": started, "command": ["python"]}
    folder.processes.write_text(json.dumps([entry]))

    assert Ledger(folder.processes).end_leftovers() == ["gone"]

    assert started_at(orphan) is None
