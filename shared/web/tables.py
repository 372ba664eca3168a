"""What addresses share that take a file of rows, NDJSON or CSV: its parameters, its reading, its report."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from flask import request
from marshmallow import Schema, fields, validate
from werkzeug.exceptions import UnsupportedMediaType

from shared.web.csv_upload import CSV, SEPARATORS, Table, read_csv
from shared.web.upload import NDJSON, Line


class RowFaultSchema(Schema):
    """One thing wrong with one row."""

    row = fields.Integer(metadata={"description": "Counted from 1: of NDJSON by lines, of CSV the header is 1."})
    pointer = fields.String(metadata={"description": "RFC 6901 JSON pointer into the row."})
    detail = fields.String()
    column = fields.String(
        allow_none=True, metadata={"description": "Of a CSV file: the header of the column that the pointer leads to."}
    )


class TableSchema(Schema):
    """How to read a CSV file; without effect on NDJSON."""

    map = fields.List(
        fields.String(validate=validate.Regexp(r"[^\0]+:[^\0:]*\Z", error="Must be a name, a colon and a value.")),
        metadata={
            "description": "`E-Mail:email`: which field a column is; nothing behind the colon leaves the column out. "
            "May be given again. Other columns are the fields of their names."
        },
    )
    separator = fields.String(
        validate=validate.OneOf(list(SEPARATORS)),
        metadata={"description": "Else what the header line holds most of."},
    )


def described(row: str) -> dict[str, Any]:
    """The body's entry in OpenAPI, for rows that are a `row` each."""
    return {
        "required": True,
        "content": {
            NDJSON: {"schema": {"type": "string", "description": f"One {row} a line."}},
            CSV: {"schema": {"type": "string", "description": f"UTF-8; a header, then one {row} a row."}},
        },
    }


def table_of_request(options: dict[str, Any]) -> Table | None:
    """The CSV file that the request in hand brings; None where it is none.

    Raises werkzeug's 415 for another encoding than UTF-8, Invalid for a header that cannot be taken.
    """
    if request.mimetype != CSV:
        return None
    if request.mimetype_params.get("charset", "utf-8").lower() not in ("utf-8", "utf8"):
        raise UnsupportedMediaType("The file must be in UTF-8.")
    return read_csv(request.stream, SEPARATORS.get(options.get("separator", "")))


def mapped_columns(options: dict[str, Any]) -> list[tuple[str, str]]:
    """What `map` says: columns and their fields."""
    pairs = (pair.rpartition(":") for pair in options.get("map", ()))
    return [(column.strip(), field.strip()) for column, _, field in pairs]


def lines_of(table: Table, record_of: Callable[[Sequence[str]], dict[str, Any]]) -> Iterator[Line]:
    """Each row as a line: what it says as a record, or what is wrong with it."""
    for row in table.rows:
        if row.fault is not None:
            yield Line(row.number, fault=row.fault)
        else:
            yield Line(row.number, record_of(row.cells), size=row.size)
