"""What the terminal shows, and that nobody has to read it."""

import io
import subprocess
import sys

import pytest
from rich.console import Console

from cli.embedded.report import LiveReport, PlainReport


def test_plain_lines_name_the_part_its_state_and_where_it_answers(capsys: pytest.CaptureFixture[str]) -> None:
    report = PlainReport()
    report.state("kafka", "starting", "127.0.0.1:9092")
    report.state("kafka", "ready", "127.0.0.1:9092", restarts=2)
    report.say("kafka", "ended (signal 9), starting again in 0.5 s")

    assert capsys.readouterr().out.splitlines() == [
        "kafka: starting",
        "kafka: ready at 127.0.0.1:9092 (restart 2)",
        "kafka: ended (signal 9), starting again in 0.5 s",
    ]


def test_the_table_shows_each_part_once_with_its_last_state(capsys: pytest.CaptureFixture[str]) -> None:
    terminal = io.StringIO()
    report = LiveReport(Console(file=terminal, width=120))
    report.state("kafka", "starting", "127.0.0.1:9092")
    report.state("kafka", "ready", "127.0.0.1:9092", restarts=3)
    report.close()
    report.state("kafka", "stopping")

    (row,) = [line.split() for line in terminal.getvalue().splitlines() if line.startswith("kafka")]
    assert row[:4] == ["kafka", "ready", "127.0.0.1:9092", "3"]
    assert capsys.readouterr().out == "kafka: stopping\n"


def test_a_reader_that_went_away_stops_nothing() -> None:
    script = """
import sys
from cli.embedded.report import PlainReport
sys.stdin.read()
for number in range(3):
    PlainReport().say("part", str(number))
sys.stderr.write("still here")
"""
    process = subprocess.Popen(
        [sys.executable, "-c", script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    process.stdout.close()
    process.stdout = None
    _, errors = process.communicate(timeout=60)

    assert (process.returncode, errors) == (0, "still here")
