"""Traces are off without an address, and a collector that is away costs nothing but its spans."""

import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

from shared.telemetry import traces
from tests.collector import Collector, collector

GIVEN = "00-" + "a" * 32 + "-" + "b" * 16 + "-01"


@pytest.fixture
def collected() -> Iterator[Collector]:
    with collector() as collected:
        traces.configure(collected.endpoint, service="tests", role="unit")
        try:
            yield collected
        finally:
            traces.close()


def test_without_an_address_nothing_is_traced_and_no_library_is_loaded() -> None:
    program = """
import sys
import cli.run, shared.service
from shared.telemetry import traces
traces.configure(None, service="x", role="web")
with traces.span("a"), traces.detail("b"):
    assert traces.traceparent() is None
traces.close()
assert not [name for name in sys.modules if name.startswith("opentelemetry")]
"""
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")


def test_spans_are_below_the_one_in_hand_and_the_first_below_what_was_given(collected: Collector) -> None:
    with traces.span("outer", "SERVER", parent=GIVEN), traces.detail("inner"):
        pass
    traces.close()
    [inner], [outer] = collected.named("inner"), collected.named("outer")
    assert (outer.trace, outer.parent, outer.kind) == ("a" * 32, "b" * 16, "SERVER")
    assert (inner.trace, inner.parent) == (outer.trace, outer.id)


@pytest.mark.parametrize("given", ["", "no traceparent", "00-" + "0" * 32 + "-" + "b" * 16 + "-01"])
def test_below_what_is_no_traceparent_a_trace_begins(collected: Collector, given: str) -> None:
    with traces.span("outer"), traces.span("elsewhere", parent=given):
        pass
    traces.close()
    [elsewhere], [outer] = collected.named("elsewhere"), collected.named("outer")
    assert elsewhere.parent == ""
    assert elsewhere.trace != outer.trace


def test_what_is_raised_marks_the_span_by_its_class_alone(collected: Collector) -> None:
    def work() -> None:
        with traces.span("failing"):
            raise LookupError("ada@example.org")

    with pytest.raises(LookupError):
        work()
    traces.close()
    [failing] = collected.named("failing")
    assert (failing.failed, failing.attributes) == (True, {"error.type": "LookupError"})


AWAY = """
import sys
from shared.telemetry import traces
traces.FLUSH_SECONDS = 0.2
traces.configure(sys.argv[1], service="x", role="web")
for number in range(int(sys.argv[2])):
    with traces.span("work"):
        assert traces.traceparent() is not None
traces.close()
assert not traces.on()
"""
"""In a process of its own: what is left of its spans is tried in the background until it ends."""


def test_a_collector_that_takes_connections_and_never_answers_keeps_nothing_waiting() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        _ends(silent.getsockname()[1], spans=5000)  # more than the queue holds


def test_a_collector_that_is_not_there_keeps_nothing_waiting() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    _ends(port, spans=1)


def _ends(port: int, *, spans: int) -> None:
    """A process that traces to there ends by itself, though nobody ever takes the spans."""
    command = [sys.executable, "-c", AWAY, f"http://127.0.0.1:{port}", str(spans)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=180, check=False)
    assert (ended.returncode, "Traceback" in ended.stderr) == (0, False), ended.stderr
