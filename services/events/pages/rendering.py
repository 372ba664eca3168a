"""Templates to HTML: what is not markup of ours is escaped, and a page runs only what it carries a nonce for."""

import secrets
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from flask import Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

_TEMPLATES = Path(__file__).parent / "templates"
_ENVIRONMENT = Environment(
    loader=FileSystemLoader(_TEMPLATES),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)
_PARTS_TOGETHER = 500
"""Pieces of a template that are sent as one."""


def page(template: str, values: Mapping[str, Any]) -> Response:
    """The page, written as it is sent: a sheet for each of 20,000 people never lies in memory as a whole."""
    nonce = secrets.token_urlsafe(16)
    stream = _ENVIRONMENT.get_template(template).stream(**values, nonce=nonce)
    stream.enable_buffering(_PARTS_TOGETHER)
    answer = Response(_encoded(stream), content_type="text/html; charset=utf-8")
    answer.headers["Content-Security-Policy"] = (
        f"default-src 'none'; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    # The address is a secret: it is handed on to nobody, and what it shows is kept by nobody.
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["Cache-Control"] = "private, no-store"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


def _encoded(stream: Iterator[str]) -> Iterator[bytes]:
    for part in stream:
        yield part.encode()
