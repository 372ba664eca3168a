"""Logs: events with fields, one a line, on standard output. No personal data: ids, codes, numbers and times only.

So an exception is shown by its class, its code and where it was raised, and never by its text: a duplicate key's quotes
the key, a failed bulk write's the documents, a KeyError's the value.
"""

import logging
import sys
import threading
import traceback
from types import TracebackType

import structlog
from structlog.typing import EventDict, FilteringBoundLogger, Processor, WrappedLogger


def configure(log_format: str, **fields: str) -> None:
    """Sets up the process's logs as `json` or `console`; `fields` (service, role) stand on every line.

    Libraries' own records go the same way from level WARNING on, and so does what nobody caught.
    """

    def name_process(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
        return {**event, **{name: value for name, value in fields.items() if name not in event}}

    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        name_process,  # and not bound to a context, which other threads would not have
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _show_exception,
    ]
    renderer: Processor = (
        structlog.processors.JSONRenderer() if log_format == "json" else structlog.dev.ConsoleRenderer(colors=False)
    )
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        # Text and line break in one write: lines of libraries, under a lock of their own, come between two.
        logger_factory=structlog.WriteLoggerFactory(sys.stdout),
        cache_logger_on_first_use=True,
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer], foreign_pre_chain=shared
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(formatter)
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    sys.excepthook = _process_failed
    threading.excepthook = _thread_failed


def shown(error: BaseException) -> str:
    """An exception and what led to it, the first cause first: where each was raised, its class and its code."""
    parts: list[str] = []
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        places = [f"{f.filename}:{f.lineno} {f.name}" for f in traceback.extract_tb(current.__traceback__)]
        code = getattr(current, "code", None)
        kind = f"{type(current).__module__}.{type(current).__qualname__}"
        parts.append("\n".join([*places, f"{kind} {code}" if isinstance(code, int) else kind]))
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    return "\nand then\n".join(reversed(parts))


def _show_exception(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    given = event.pop("exc_info", None)
    if given is True:
        given = sys.exc_info()
    error = given[1] if isinstance(given, tuple) else given
    if isinstance(error, BaseException):
        event["exception"] = shown(error)
    return event


def _process_failed(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
    else:
        logger(__name__).critical("process_failed", exc_info=error)


def _thread_failed(failed: threading.ExceptHookArgs) -> None:
    name = failed.thread.name if failed.thread is not None else "unknown"
    logger(__name__).critical("thread_failed", thread=name, exc_info=failed.exc_value)


def logger(name: str) -> FilteringBoundLogger:
    """A logger whose lines carry the name of the module they come from."""
    bound: FilteringBoundLogger = structlog.get_logger(module=name)
    return bound
