"""Traces are off without an address, and a collector that is away costs nothing but its spans."""

import socket
import subprocess
import sys
import time
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


def test_a_collector_that_takes_connections_and_never_answers_keeps_nothing_waiting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(traces, "FLUSH_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        traces.configure(f"http://127.0.0.1:{silent.getsockname()[1]}", service="tests", role="unit")
        for number in range(5000):  # more than the queue holds
            with traces.span(f"work-{number}"):
                pass
        before = time.thread_time()
        traces.close()  # returns, though nobody ever takes the spans
        assert time.thread_time() - before < 5
        assert not traces.on()


def test_a_collector_that_is_not_there_keeps_nothing_waiting() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"http://127.0.0.1:{taken.getsockname()[1]}"
    traces.configure(address, service="tests", role="unit")
    with traces.span("work"):
        assert traces.traceparent() is not None
    traces.close()
    assert not traces.on()
