"""The named tests, run in a process of their own on a copy of the tree, and what came of them."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

LONGEST_SECONDS = 180.0
"""For the tests of one mutation: one that waits for ever has not told that anything is wrong."""

_PLUGINS = ("-p", "xdist.plugin", "-p", "no:cacheprovider")
"""None but the one whose marks the tests carry: to load all that are installed takes longer than most tests."""


class Broken(Exception):
    """The tests came to no verdict: they could not be found or set up, or did not end."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How each test ended; those that were skipped with the reason."""

    passed: Sequence[str]
    failed: Sequence[str]
    skipped: Mapping[str, str]
    printed: str


def run(
    root: Path, tests: Sequence[str], environment: Mapping[str, str], *, longest_seconds: float = LONGEST_SECONDS
) -> Outcome:
    """Raises Broken, with what was printed."""
    report = root.parent / "report.xml"
    report.unlink(missing_ok=True)
    options = ["-q", "--tb=short", *_PLUGINS, f"--junitxml={report}"]
    with subprocess.Popen(
        [sys.executable, "-m", "pytest", *options, *tests],
        cwd=root,
        # The copy comes before what is installed, also in the processes that tests start.
        env={**os.environ, **environment, "PYTHONPATH": str(root), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            printed, _ = process.communicate(timeout=longest_seconds)
        except subprocess.TimeoutExpired:
            raise Broken(f"{' '.join(tests)}: no end within {longest_seconds:g} seconds") from None
        finally:
            with contextlib.suppress(ProcessLookupError):  # processes that a test has left, too
                os.killpg(process.pid, signal.SIGKILL)
    if process.returncode not in (0, 1) or not report.is_file():
        raise Broken(printed)
    return _read(report, printed)


def _read(report: Path, printed: str) -> Outcome:
    passed: list[str] = []
    failed: list[str] = []
    skipped: dict[str, str] = {}
    for case in ElementTree.parse(report).getroot().iter("testcase"):
        name = case.attrib["name"]
        if case.find("error") is not None:
            raise Broken(printed)
        if case.find("failure") is not None:
            failed.append(name)
        elif (reason := case.find("skipped")) is not None:
            skipped[name] = reason.attrib.get("message", "")
        else:
            passed.append(name)
    return Outcome(passed, failed, skipped, printed)
