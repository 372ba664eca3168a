"""A section of an export as CSV: one row a record, whatever is inside a field as JSON."""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from shared.web.csv_download import guarded


def columns(records: Sequence[Mapping[str, Any]]) -> list[str]:
    """The names of all fields, in the order in which they first come."""
    return list(dict.fromkeys(name for record in records for name in record))


def cell(value: object) -> str:
    """The value in words: nothing for null, JSON for what has parts."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case str() | int() | float():
            return str(value)
        case _:
            return orjson.dumps(value).decode()


def table(records: Sequence[Mapping[str, Any]]) -> bytes:
    """UTF-8 with a BOM, RFC 4180; a cell that a spreadsheet would take for a formula has an apostrophe in front."""
    names = columns(records)
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow([guarded(name) for name in names])
    writer.writerows([guarded(cell(record.get(name))) for name in names] for record in records)
    return b"\xef\xbb\xbf" + buffer.getvalue().encode()
