"""Logs: events with fields, one a line, on standard output. No personal data: ids, codes, numbers and times only."""

import logging
import sys

import structlog
from structlog.typing import FilteringBoundLogger, Processor


def configure(log_format: str, **fields: str) -> None:
    """Sets up the process's logs as `json` or `console`; `fields` (service, role) stand on every line.

    Libraries' own records go the same way from level WARNING on.
    """
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    renderer: Processor = (
        structlog.processors.JSONRenderer() if log_format == "json" else structlog.dev.ConsoleRenderer(colors=False)
    )
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stdout),
        cache_logger_on_first_use=True,
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer], foreign_pre_chain=shared
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(formatter)
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    structlog.contextvars.bind_contextvars(**fields)
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]


def logger(name: str) -> FilteringBoundLogger:
    """A logger whose lines carry the name of the module they come from."""
    bound: FilteringBoundLogger = structlog.get_logger(module=name)
    return bound
