"""Bulk uploads, line by line from the request's stream: memory holds one line, however long the file."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

from flask import request
from werkzeug.exceptions import UnsupportedMediaType

from shared.errors import Malformed
from shared.web.bodies import decode

NDJSON = "application/x-ndjson"
LARGEST_UPLOAD = 1 << 30
LONGEST_LINE = 1 << 20
"""Bytes."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an upload: its number from 1 and its value, or what is wrong with it."""

    number: int
    value: Any = None
    fault: str | None = None


def ndjson_lines() -> Iterator[Line]:
    """The lines of the NDJSON body of the request in hand; blank ones are skipped but counted.

    Only in views marked `manages_own_transactions`. Raises werkzeug's 415 at the call where the body is something
    else, and its 413 while reading where the body is too long. What is wrong with one line never stops the others.
    """
    if request.mimetype != NDJSON:
        raise UnsupportedMediaType(f"The body must be {NDJSON}.")
    return read_ndjson(request.stream)


def read_ndjson(stream: IO[bytes]) -> Iterator[Line]:
    """The lines of an NDJSON stream."""
    number = 0
    while raw := stream.readline(LONGEST_LINE + 1):
        number += 1
        if len(raw) > LONGEST_LINE and not raw.endswith(b"\n"):
            _skip_rest_of_line(stream)
            yield Line(number, fault=f"The line is longer than {LONGEST_LINE} bytes.")
            continue
        text = raw.strip()
        if not text:
            continue
        try:
            yield Line(number, decode(text))
        except Malformed as error:
            yield Line(number, fault=error.detail.replace("The body", "The line", 1))


def _skip_rest_of_line(stream: IO[bytes]) -> None:
    while (piece := stream.readline(1 << 16)) and not piece.endswith(b"\n"):
        pass
