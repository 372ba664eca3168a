"""Processes are started, watched, brought back and stopped."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.embedded.errors import Interrupted, PartFailed
from cli.embedded.folder import DataFolder
from cli.embedded.identity import started_at
from cli.embedded.interruption import Interruption
from cli.embedded.ledger import Ledger
from cli.embedded.supervisor import Part, Supervisor
from tests.integration.embedded.conftest import Heard
from tests.integration.embedded.waiting import eventually

MakePart = Callable[..., Part]

READY = """import signal; signal.pthread_sigmask(signal.SIG_BLOCK, {15}); print('{"event": "ready"}');"""
WAIT = "import signal; signal.sigwait({15})"


def test_starting_returns_once_every_part_is_ready(supervisor: Supervisor, part: MakePart, heard: Heard) -> None:
    supervisor.start([part("first", f"{READY} {WAIT}")], [part("second", f"{READY} {WAIT}")])

    assert {("first", "ready"), ("second", "ready")} <= set(heard.told)


def test_a_line_that_only_mentions_readiness_does_not_make_a_part_ready(supervisor: Supervisor, part: MakePart) -> None:
    script = """print('{"event": "waiting", "for": "ready"}'); print('not "ready" yet');""" + WAIT

    with pytest.raises(PartFailed, match="was not ready"):
        supervisor.start([part("shy", script, patience=1.0)])


def test_a_part_that_dies_is_started_again(
    supervisor: Supervisor, part: MakePart, folder: DataFolder, heard: Heard
) -> None:
    supervisor.start([part("fragile", f"import os; print(os.getpid()); {READY} {WAIT}")])
    log = folder.logs / "fragile.log"
    first = _pids(log)[0]

    os.kill(first, signal.SIGKILL)
    _watch_until(supervisor, lambda: heard.told.count(("fragile", "ready")) == 2)

    assert started_at(_pids(log)[1]) is not None
    assert ("fragile", "ended (signal 9), starting again in 0.5 s") in heard.told


def test_what_a_dead_part_had_started_does_not_outlive_it(
    supervisor: Supervisor, part: MakePart, folder: DataFolder, heard: Heard
) -> None:
    script = (
        "import os, subprocess, sys; sleeper = subprocess.Popen(['sleep', '1000']);"
        f"print(os.getpid()); print(sleeper.pid); {READY} {WAIT}"
    )
    supervisor.start([part("parent", script)])
    leader, grandchild = _pids(folder.logs / "parent.log")[:2]

    os.kill(leader, signal.SIGKILL)
    _watch_until(supervisor, lambda: ("parent", "ended (signal 9), starting again in 0.5 s") in heard.told)

    eventually(lambda: started_at(grandchild) is None)


def test_a_part_that_never_becomes_ready_ends_the_start_with_its_last_words(
    supervisor: Supervisor, part: MakePart
) -> None:
    with pytest.raises(PartFailed, match=r"(?s)ended 3 times before it was ready.*no such disk"):
        supervisor.start([part("broken", "raise SystemExit('no such disk')")])


def test_a_program_that_is_not_there_ends_the_start_with_the_reason(
    supervisor: Supervisor, part: MakePart, folder: DataFolder
) -> None:
    from cli.embedded.child import Command

    command = Command(("/no/such/program",), folder.logs / "absent.log")

    with pytest.raises(PartFailed, match="No such file or directory"):
        supervisor.run_to_end({"absent": command})


def test_the_last_started_tier_is_stopped_first(
    supervisor: Supervisor, part: MakePart, tmp_path: Path, heard: Heard
) -> None:
    ends = tmp_path / "ends"
    note = f"{READY} {WAIT}; open({str(ends)!r}, 'a').write(NAME)"
    supervisor.start([part("database", f"NAME = 'database '; {note}")], [part("broker", f"NAME = 'broker '; {note}")])
    supervisor.start([part("service", f"NAME = 'service '; {note}")])

    supervisor.stop()

    assert ends.read_text().split() == ["service", "broker", "database"]


def test_a_part_that_ignores_the_request_to_stop_is_killed(
    supervisor: Supervisor, part: MakePart, folder: DataFolder
) -> None:
    script = f"import os, signal, time; signal.signal(15, signal.SIG_IGN); print(os.getpid()); {READY} time.sleep(1000)"
    supervisor.start([part("deaf", script, grace=0.2)])

    supervisor.stop()

    assert started_at(_pids(folder.logs / "deaf.log")[0]) is None


def test_a_step_that_fails_shows_what_it_printed(supervisor: Supervisor, part: MakePart) -> None:
    with pytest.raises(PartFailed, match=r"(?s)topics failed \(exit 3\), see .*topics.log:\n.*the broker said no"):
        supervisor.run_to_end({"topics": part("topics", "print('the broker said no'); exit(3)").command})


def test_a_signal_ends_the_watch(folder: DataFolder, heard: Heard, part: MakePart) -> None:
    interruption = Interruption()
    supervisor = Supervisor(Ledger(folder.processes), interruption, heard)
    before = {which: signal.getsignal(which) for which in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    interruption.install(at_once=supervisor.kill)
    try:
        supervisor.start([part("quiet", f"{READY} {WAIT}")])
        os.kill(os.getpid(), signal.SIGTERM)

        with pytest.raises(Interrupted):
            supervisor.watch()
    finally:
        supervisor.stop()
        for which, handler in before.items():
            signal.signal(which, handler)


def _pids(log: Path) -> list[int]:
    return [int(line) for line in log.read_text().splitlines() if line.isdecimal()]


def _watch_until(supervisor: Supervisor, condition: Callable[[], bool]) -> None:
    def turned() -> bool:
        supervisor.turn()
        return condition()

    eventually(turned)


DEAF = """
import sys
from pathlib import Path
from cli.embedded.child import Child, Command
from cli.embedded.errors import Interrupted
from cli.embedded.interruption import Interruption
from cli.embedded.ledger import Ledger
from cli.embedded.report import PlainReport
from cli.embedded.supervisor import Part, Supervisor

folder, script = Path(sys.argv[1]), sys.argv[2]
interruption = Interruption()
supervisor = Supervisor(Ledger(folder / "processes.json"), interruption, PlainReport())
interruption.install(at_once=supervisor.kill)
command = Command((sys.executable, "-u", "-c", script), folder / "deaf.log")
supervisor.start([Part("deaf", command, is_ready=lambda child: child.announced_ready.is_set(), grace=1000)])
try:
    supervisor.watch()
except Interrupted:
    supervisor.stop()
"""


def test_a_second_signal_ends_everything_at_once(tmp_path: Path) -> None:
    script = "import os, signal, time; signal.signal(15, signal.SIG_IGN); print(os.getpid());" + READY
    watcher = subprocess.Popen(
        [sys.executable, "-u", "-c", DEAF, str(tmp_path), f"{script} time.sleep(1000)"],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert watcher.stdout is not None
    with watcher.stdout as told:
        assert [told.readline(), told.readline()] == ["deaf: starting\n", "deaf: ready\n"]
        watcher.send_signal(signal.SIGINT)
        assert told.readline() == "deaf: stopping\n"
        watcher.send_signal(signal.SIGINT)
        assert watcher.wait(timeout=60) == 128 + signal.SIGINT

    eventually(lambda: started_at(_pids(tmp_path / "deaf.log")[0]) is None)
