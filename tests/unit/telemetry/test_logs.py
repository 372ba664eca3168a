"""Logs show that something was raised, where and of which class, and nothing of what it was raised with."""

import subprocess
import sys

import orjson
import pytest

SECRET = "zenobia@example.org"

RAISING = {
    "in the main thread": "raise ValueError(secret)",
    "in another thread": "thread = threading.Thread(target={}.pop, args=(secret,)); thread.start(); thread.join()",
    "by a library": "try: {}[secret]\nexcept KeyError: logging.getLogger('kafka').exception('no such thing')",
    "by another": "try: {}[secret]\nexcept KeyError: raise RuntimeError(secret)",
    "of each other": "a, b = KeyError(secret), RuntimeError(secret); a.__cause__ = b; b.__cause__ = a; raise a",
}


@pytest.mark.parametrize("how", RAISING)
@pytest.mark.parametrize("log_format", ["json", "console"])
def test_an_exception_is_shown_without_its_text(how: str, log_format: str) -> None:
    start = "import logging, sys, threading; from shared.telemetry import logs; logs.configure(sys.argv[1], role='x')"
    program = f"{start}; secret = sys.argv[2]\n{RAISING[how]}"
    command = [sys.executable, "-W", "error", "-c", program, log_format, SECRET]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert "Error" in ended.stdout
    assert SECRET not in ended.stdout + ended.stderr
    assert ended.stderr == ""
    if log_format == "json":
        line = orjson.loads(ended.stdout)
        assert line["role"] == "x"
        assert "Error" in line["exception"]


def test_lines_of_ours_and_of_libraries_from_many_threads_stay_lines() -> None:
    program = """
import logging, threading
from shared.telemetry import logs

logs.configure("json", role="x")
ours, theirs = logs.logger("ours"), logging.getLogger("theirs")
begin = threading.Barrier(8)


def write(number):
    begin.wait()
    for _ in range(2000):
        ours.info("ours", filler="x" * 200) if number % 2 else theirs.warning("theirs %s", "y" * 200)


threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
for each in threads:
    each.start()
for each in threads:
    each.join()
"""
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, timeout=60, check=True)
    lines = ended.stdout.splitlines()
    assert len(lines) == 8 * 2000
    assert {orjson.loads(line)["role"] for line in lines} == {"x"}
