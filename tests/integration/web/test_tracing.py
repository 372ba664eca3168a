"""A request's span: by its route, in the caller's trace, and never with what stands in its address."""

import signal
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.collector import Collector, Span, collector
from tests.integration.web.conftest import PATIENCE, Service, read_event

GIVEN = {"traceparent": f"00-{'a' * 32}-{'b' * 16}-01"}


def spans_of(collected: Collector, service: Service) -> list[Span]:
    """All of them, once the service has ended."""
    service.process.send_signal(signal.SIGTERM)
    assert service.process.wait(PATIENCE) == 0
    return collected.spans


def test_a_write_is_a_span_in_the_trace_of_its_caller_above_its_transaction(start: Callable[..., Service]) -> None:
    with collector() as collected:
        service = start(variables={"OTEL_EXPORTER_OTLP_ENDPOINT": collected.endpoint})
        assert (
            service.call("POST", "/v1/notes", "coordinator", json={"text": "hello"}, headers=GIVEN).status_code == 201
        )
        spans_of(collected, service)
    [request] = collected.named("POST /v1/notes")
    assert (request.trace, request.parent, request.kind) == ("a" * 32, "b" * 16, "SERVER")
    assert request.attributes == {
        "http.request.method": "POST",
        "http.route": "/v1/notes",
        "http.response.status_code": 201,
    }
    [transaction] = collected.named("transaction", below=request)
    [insert] = collected.named("insert notes", below=transaction)
    assert insert.kind == "CLIENT"
    assert insert.attributes.keys() == {"db.system.name", "db.operation.name", "db.collection.name"}


def test_a_request_in_hand_is_traced_to_its_end_by_a_service_that_stops(start: Callable[..., Service]) -> None:
    with collector() as collected, ThreadPoolExecutor(1) as pool:
        service = start(variables={"OTEL_EXPORTER_OTLP_ENDPOINT": collected.endpoint})
        answer = pool.submit(service.call, "POST", "/v1/notes", "coordinator", json={"text": "slow"})
        read_event(service.process, "in_hand")
        spans_of(collected, service)
        assert answer.result().status_code == 201
    assert [span.attributes["http.response.status_code"] for span in collected.named("POST /v1/notes")] == [201]


def test_addresses_and_questions_of_health_are_not_told(start: Callable[..., Service]) -> None:
    with collector() as collected:
        service = start(variables={"OTEL_EXPORTER_OTLP_ENDPOINT": collected.endpoint})
        for path in ("/v1/ada@example.org", "/v1/notes?stars=ada@example.org", "/health/ready", "/metrics"):
            service.call("GET", path, "coordinator")
        spans = spans_of(collected, service)
    assert {span.name for span in spans if span.kind == "SERVER"} == {"GET unknown", "GET /v1/notes"}
    assert [span for span in spans if "ada@" in f"{span.name} {span.attributes}"] == []
    assert collected.named("ping") == []


@pytest.mark.parametrize("answers", [True, False])
def test_a_service_whose_collector_is_away_answers_and_ends_as_ever(
    start: Callable[..., Service], answers: bool
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        endpoint = f"http://127.0.0.1:{listening.getsockname()[1]}"
        if not answers:
            listening.close()
        service = start(variables={"OTEL_EXPORTER_OTLP_ENDPOINT": endpoint})
        for _ in range(3):
            assert service.call("POST", "/v1/notes", "coordinator", json={"text": "hello"}).status_code == 201
        service.process.send_signal(signal.SIGTERM)
        assert service.process.wait(PATIENCE) == 0
