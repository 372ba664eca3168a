"""Bulk uploads, line by line from the request's stream: memory holds one line, however long the file."""

import gzip
import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO, Any, cast

from flask import request
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge, UnsupportedMediaType

from shared.errors import Malformed
from shared.web.bodies import UnsupportedEncoding, decode, encoding_of

NDJSON = "application/x-ndjson"
LONGEST_LINE = 1 << 20
"""Bytes."""

_PIECE = 1 << 16


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an upload: its number from 1, its value or what is wrong with it, and how many bytes it has."""

    number: int
    value: Any = None
    fault: str | None = None
    size: int = field(default=0, compare=False)


class WholeStream(io.RawIOBase):
    """Reads through to `inner`; a body that ends before its Content-Length raises werkzeug's ClientDisconnected.

    A server that ends the stream itself hides a broken connection; without Content-Length nothing can tell.
    """

    def __init__(self, inner: IO[bytes], length: int | None) -> None:
        super().__init__()
        self._inner = inner
        self._missing = length or 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        piece = self._inner.read(len(buffer))
        if not piece and buffer and self._missing > 0:
            raise ClientDisconnected("The body broke off.")
        buffer[: len(piece)] = piece
        self._missing -= len(piece)
        return len(piece)


class Unpacked(io.RawIOBase):
    """What a gzip stream holds, however many members it has; no more of it than asked for is ever in memory.

    Raises werkzeug's 413 beyond `limit` bytes, and Malformed where the stream is no gzip or ends too soon.
    """

    def __init__(self, packed: IO[bytes], limit: int) -> None:
        super().__init__()
        self._inner = gzip.GzipFile(fileobj=packed)
        self._left = limit

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        try:
            piece = self._inner.read(len(buffer))
        except (gzip.BadGzipFile, zlib.error, EOFError) as error:
            raise Malformed(f"The body is not what Content-Encoding gzip promises: {error}") from None
        self._left -= len(piece)
        if self._left < 0:
            raise RequestEntityTooLarge
        buffer[: len(piece)] = piece
        return len(piece)


def expect_whole_upload(largest: int) -> None:
    """Makes the stream of the request in hand that of an upload: of so many bytes, and either whole or a 400.

    A compressed one is unpacked as it is read. Raises werkzeug's 415 for a compression other than gzip.
    """
    request.max_content_length = largest
    stream: IO[bytes] = WholeStream(request.stream, request.content_length)  # type: ignore[assignment]
    match encoding_of(request):
        case "identity":
            request.stream = stream
        case "gzip" | "x-gzip":
            request.stream = Unpacked(stream, largest)  # type: ignore[assignment]
        case _:
            raise UnsupportedEncoding("gzip", "The body may be compressed by gzip only.")


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
    # A raw stream's own `readline` asks for one byte at a time.
    lines = io.BufferedReader(cast(io.RawIOBase, stream), _PIECE)
    try:
        number = 0
        while raw := lines.readline(LONGEST_LINE + 1):
            number += 1
            if len(raw) > LONGEST_LINE and not raw.endswith(b"\n"):
                _skip_rest_of_line(lines)
                yield Line(number, fault=f"The line is longer than {LONGEST_LINE} bytes.")
                continue
            text = raw.strip()
            if not text:
                continue
            try:
                yield Line(number, decode(text), size=len(text))
            except Malformed as error:
                yield Line(number, fault=error.detail.replace("The body", "The line", 1))
    finally:
        # Else the stream would be closed with its buffer, and could not be hashed to its end.
        lines.detach()


def _skip_rest_of_line(stream: IO[bytes]) -> None:
    while (piece := stream.readline(1 << 16)) and not piece.endswith(b"\n"):
        pass
