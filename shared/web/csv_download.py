"""CSV downloads, written as they are read: memory holds one batch of rows, however long the table.

A spreadsheet takes a cell that begins like a formula for one, whoever wrote it, and a name or a job title is what a
stranger wrote. So such a cell gets an apostrophe in front: it is then text, and shows its reader that it was meddled
with. https://owasp.org/www-community/attacks/CSV_Injection
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import cast

from flask import Response, after_this_request, current_app, request

from shared.clock import rfc3339
from shared.storage.transaction import time_limit
from shared.web.app import WebApp
from shared.web.bodies import JSON
from shared.web.csv_upload import CSV

Cell = str | bool | int | datetime | Sequence[str] | None

_BOM = "\ufeff"
"""Without it the spreadsheets of one vendor take UTF-8 for whatever their country used before."""

_FORMULA = re.compile(r"[\s\x00-\x1f\u200b-\u200f\u2060\ufeff]*[=+\-@＝＋－＠]|[\t\r\n]")  # noqa: RUF001 - the wide ones count, too
"""What a cell must not begin with: the signs of a formula, also behind what does not show, and what moves a cell."""

_UNSAFE = re.compile(r"[^A-Za-z0-9]+")
_LONGEST_NAME = 80


def prefers_csv() -> bool:
    """Whether the caller in hand would rather have CSV than JSON, by `Accept`; the answer then says that it varies."""
    return preferred(JSON, CSV) == CSV


def preferred(*kinds: str) -> str:
    """The media type of these that the caller in hand would rather have, by `Accept`; the answer says that it varies.

    The first where the caller has no preference.
    """

    @after_this_request
    def vary(response: Response) -> Response:
        response.vary.add("Accept")
        return response

    return request.accept_mimetypes.best_match(kinds) or kinds[0]


def csv_download(name: Sequence[str], header: Sequence[str], batches: Iterable[Sequence[Sequence[Cell]]]) -> Response:
    """The table as a file to save, named by the parts of `name` as far as they are plain letters and digits.

    UTF-8 with a BOM, RFC 4180, times in RFC 3339, several values in a cell parted by `;` as uploads take them. The
    first batch is read at once, so that what fails there is a problem like any other. Each has the time of a request to
    itself; those after the first are read when the request is over, and must not look for it.
    """
    seconds = cast(WebApp, current_app).request_seconds
    source = iter(batches)
    first = next(source, None)

    def written() -> Iterator[str]:
        yield _BOM + _lines([header])
        batch = first
        while batch is not None:
            yield _lines(batch)
            with time_limit(seconds):
                batch = next(source, None)

    answer = Response(written(), content_type=f"{CSV}; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{file_name(name)}"'
    return answer


def guarded(text: str) -> str:
    """The text as a cell that no spreadsheet takes for a formula."""
    return f"'{text}" if _FORMULA.match(text) else text


def file_name(parts: Sequence[str]) -> str:
    """A name that every system takes: lower case ASCII letters, digits and hyphens; parts with none of them go."""
    plain = [slug for part in parts if (slug := _UNSAFE.sub("-", part).strip("-").lower()[:_LONGEST_NAME])]
    return f"{'-'.join(plain) or 'table'}.csv"


def _lines(rows: Iterable[Sequence[Cell]]) -> str:
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows([guarded(_text(cell)) for cell in row] for row in rows)
    return buffer.getvalue()


def _text(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case bool():
            return "true" if cell else "false"
        case datetime():
            return rfc3339(cell)
        case str() | int():
            return str(cell)
        case _:
            return ";".join(cell)
