"""Bulk bodies, line by line."""

import hashlib
import io
from typing import Any

import pytest
from werkzeug.exceptions import ClientDisconnected

from shared.web.hashing import HashingStream
from shared.web.upload import LONGEST_LINE, Line, WholeStream, read_ndjson


def test_lines_keep_their_numbers_and_a_wrong_one_stops_nothing() -> None:
    lines = list(read_ndjson(io.BytesIO(b'{"a": 1}\r\n\n  \nnope\n{"b": 2}')))
    assert [(line.number, line.value, line.fault is None) for line in lines] == [
        (1, {"a": 1}, True),
        (4, None, False),
        (5, {"b": 2}, True),
    ]


def test_the_fault_of_a_line_says_where_in_it() -> None:
    [line] = read_ndjson(io.BytesIO(b'{"a": }'))
    assert line == Line(1, fault=line.fault)
    assert line.fault is not None
    assert line.fault.startswith("The line is not JSON")
    assert "column 7" in line.fault


@pytest.mark.parametrize("end", [b"\n", b""])
def test_a_line_over_the_limit_is_a_fault_of_that_line(end: bytes) -> None:
    long = b'"' + b"x" * (3 * LONGEST_LINE) + b'"'
    lines = list(read_ndjson(io.BytesIO(b"1\n" + long + (b"\n2" if end else b""))))
    assert [line.number for line in lines if line.fault is None] == ([1, 3] if end else [1])
    assert [line.number for line in lines if line.fault is not None] == [2]


def test_a_line_of_exactly_the_limit_is_taken() -> None:
    text = b'"' + b"x" * (LONGEST_LINE - 2) + b'"'
    assert [line.fault for line in read_ndjson(io.BytesIO(text + b"\n" + text))] == [None, None]


def test_nothing_has_no_lines() -> None:
    assert list(read_ndjson(io.BytesIO(b""))) == []


@pytest.mark.parametrize("read", [0, 1, 100, 250_000])
def test_a_stream_is_hashed_as_a_whole_however_much_was_read(read: int) -> None:
    content = bytes(range(256)) * 800
    stream = HashingStream(io.BytesIO(content), hashlib.sha256())
    assert stream.read(read) == content[:read]
    assert stream.digest() == hashlib.sha256(content).digest()


class Raw(io.RawIOBase):
    """A server's stream: it counts how often it is asked, and ends without a word when the client is gone."""

    def __init__(self, content: bytes) -> None:
        super().__init__()
        self.inner, self.asked = io.BytesIO(content), 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self.asked += 1
        return self.inner.readinto(buffer)


def test_lines_are_read_in_pieces_and_not_byte_by_byte() -> None:
    stream = Raw(b'{"a": 1}\n' * 10_000)
    assert sum(line.fault is None for line in read_ndjson(stream)) == 10_000
    assert stream.asked < 100


def test_what_a_reader_of_lines_left_can_still_be_hashed() -> None:
    content = b"1\n" * 100_000
    stream = HashingStream(io.BytesIO(content), hashlib.sha256())
    lines = read_ndjson(stream)
    assert next(lines) == Line(1, 1)
    lines.close()  # type: ignore[attr-defined]  # a generator, whatever it is called
    assert stream.digest() == hashlib.sha256(content).digest()


def test_a_body_that_breaks_off_is_told_from_one_that_ends() -> None:
    assert WholeStream(Raw(b"1\n2\n"), 4).read() == b"1\n2\n"
    assert WholeStream(Raw(b"1\n2\n"), None).read() == b"1\n2\n"
    broken = read_ndjson(WholeStream(Raw(b"1\n2\n"), 100))
    assert [next(broken).value, next(broken).value] == [1, 2]
    with pytest.raises(ClientDisconnected):
        next(broken)
