"""Traces: how the work that one request set off hangs together across processes (OpenTelemetry, W3C Trace Context).

Off, and without any library loaded, where OTEL_EXPORTER_OTLP_ENDPOINT is not set. The spans are our own. The ready-made
ones for Flask hold the addresses of requests, in which tokens stand, and of clients; those for pymongo hold the
server's error text, which quotes the value of a duplicate key, and begin a trace at each look of a waiting loop. Here
attributes are names, codes, numbers and ids of messages, and an error is the name of its class.
"""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Span, Tracer

Kind = Literal["INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER"]
Attributes = Mapping[str, str | int]

FLUSH_SECONDS = 5.0
"""How long the end of a process waits for a collector to take the last spans."""

_EXPORT_SECONDS = 3.0

_provider: "TracerProvider | None" = None
_tracer: "Tracer | None" = None


def configure(endpoint: str | None, *, service: str, role: str) -> None:
    """Turns traces on where there is an `endpoint`, the address of an OTLP/HTTP collector without `/v1/traces`.

    Called once by a process, before anything is traced. Spans leave in the background; a collector that is away costs
    spans, never time. Sampling and the rest are set by OpenTelemetry's own variables.
    """
    global _provider, _tracer  # noqa: PLW0603 - a process has one tracer, as it has one log
    if endpoint is None:
        return
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    resource = Resource.create({"service.namespace": "ithaca", "service.name": service, "ithaca.role": role})
    _provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    exporter = OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces", timeout=_EXPORT_SECONDS)
    _provider.add_span_processor(BatchSpanProcessor(exporter, schedule_delay_millis=1000))
    _tracer = _provider.get_tracer("ithaca")


def on() -> bool:
    """Whether this process traces."""
    return _tracer is not None


def close() -> None:
    """Sends what is left and turns traces off; waits no longer than FLUSH_SECONDS for a collector."""
    global _provider, _tracer
    provider, _provider, _tracer = _provider, None, None
    if provider is not None:
        # The library's own wait is thirty seconds, longer than an orchestrator may leave a process.
        flushing = threading.Thread(target=provider.shutdown, name="last-spans", daemon=True)
        flushing.start()
        flushing.join(FLUSH_SECONDS)


def traceparent() -> str | None:
    """The `traceparent` (W3C Trace Context) of the span in hand; None without one."""
    if _tracer is None:
        return None
    from opentelemetry.trace import get_current_span

    return _written(get_current_span())


@dataclass(frozen=True, slots=True)
class Opened:
    """A span that is not in hand, so that many may be open at once. Whoever began it ends it."""

    span: "Span"

    @property
    def traceparent(self) -> str | None:
        return _written(self.span)

    def end(self, error: str | None = None) -> None:
        """`error` names what it came to, where it failed: a class or a code, and no text."""
        if error is not None:
            from opentelemetry.trace import StatusCode

            self.span.set_attribute("error.type", error)
            self.span.set_status(StatusCode.ERROR)
        self.span.end()


def begin(
    name: str, kind: Kind = "INTERNAL", *, parent: str | None = None, attributes: Attributes | None = None
) -> Opened | None:
    """Opens a span below the one in hand, or below the `traceparent` given as `parent`; None where traces are off.

    Without either, or below a `parent` that is no traceparent, it begins a trace.
    """
    if _tracer is None:
        return None
    from opentelemetry.trace import SpanKind

    context = None if parent is None else _remote(parent)
    return Opened(_tracer.start_span(name, context, kind=SpanKind[kind], attributes=attributes))


@contextmanager
def ended(opened: Opened | None) -> Iterator[None]:
    """Ends it behind what happens inside; what is raised marks it by the name of its class, and is raised on."""
    try:
        yield
    except BaseException as error:
        if opened is not None:
            opened.end(type(error).__name__)
        raise
    else:
        if opened is not None:
            opened.end()


@contextmanager
def span(
    name: str, kind: Kind = "INTERNAL", *, parent: str | None = None, attributes: Attributes | None = None
) -> Iterator[None]:
    """As `begin` and `ended`, and in hand meanwhile: what opens inside is below it."""
    opened = begin(name, kind, parent=parent, attributes=attributes)
    if opened is None:
        yield
        return
    from opentelemetry.trace import use_span

    with ended(opened), use_span(opened.span, record_exception=False, set_status_on_exception=False):
        yield


@contextmanager
def detail(name: str) -> Iterator[None]:
    """As `span`, but only below one in hand: a step that is no trace by itself."""
    if traceparent() is None:
        yield
        return
    with span(name):
        yield


def describe(name: str, attributes: Attributes, *, failed: bool = False) -> None:
    """Says more of the span in hand, once more is known."""
    if _tracer is None:
        return
    from opentelemetry.trace import StatusCode, get_current_span

    current = get_current_span()
    current.update_name(name)
    current.set_attributes(attributes)
    if failed:
        current.set_status(StatusCode.ERROR)


def _remote(parent: str) -> "Context":
    """The context that a `traceparent` from outside this process names; an empty one where it is none."""
    from opentelemetry.context import Context
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    return TraceContextTextMapPropagator().extract({"traceparent": parent}, context=Context())


def _written(opened: "Span") -> str | None:
    context = opened.get_span_context()
    if not context.is_valid:
        return None
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"
