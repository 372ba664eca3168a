"""CSV downloads: read back by another reader, and harmless in a spreadsheet."""

import csv
import io
import tracemalloc
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import pytest
from flask import Response

from shared.web import WebApp, create_app
from shared.web.csv_download import Cell, csv_download, file_name, guarded, prefers_csv


@pytest.fixture(scope="module")
def plain() -> WebApp:
    return create_app(name="tables", title="Tables", blueprints=[])


def table(app: WebApp, *rows: Sequence[Cell]) -> list[list[str]]:
    """What a reader of CSV makes of the rows."""
    with app.test_request_context("/"):
        answer = csv_download(["x"], ["a", "b"], [rows])
        text = answer.get_data().decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), strict=True))


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "＝", "＋", "－", "＠"])  # noqa: RUF001
@pytest.mark.parametrize("before", ["", " ", "\t", "\r", "\n", " \t ", "\u00a0", "\ufeff", "\u200b"])
def test_what_would_be_a_formula_is_text(plain: WebApp, before: str, sign: str) -> None:
    cell = f'{before}{sign}HYPERLINK("http://evil")'
    assert guarded(cell) == f"'{cell}"
    assert table(plain, [cell, "x"])[1] == [f"'{cell}", "x"]


@pytest.mark.parametrize("text", ["\tA", "\rA", "\nA"])
def test_what_would_move_a_cell_is_text(text: str) -> None:
    assert guarded(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "Ada", "Ada =1+1", "O'Neill", "1 - 2", "a@b.org", "ABC-1", " Ada", "Zoë", "李"])
def test_any_other_text_stays_as_it_is(plain: WebApp, text: str) -> None:
    assert table(plain, [text, "x"])[1] == [text, "x"]


def test_cells_with_quotes_separators_and_line_breaks_come_back_whole(plain: WebApp) -> None:
    rows = [['say "hi"', "a,b;c\td"], ["two\nlines", "two\r\nlines"]]
    assert table(plain, *rows)[1:] == rows


def test_values_are_written_as_an_upload_reads_them(plain: WebApp) -> None:
    at = datetime(2026, 5, 4, 7, 30, tzinfo=UTC)
    assert table(plain, [at, True], [None, ("mentor", "mentee")], [7, False])[1:] == [
        ["2026-05-04T07:30:00Z", "true"],
        ["", "mentor;mentee"],
        ["7", "false"],
    ]


def test_a_file_begins_with_a_bom_and_its_header_even_without_rows(plain: WebApp) -> None:
    with plain.test_request_context("/"):
        answer = csv_download(["x"], ["a", "b"], [])
        assert answer.get_data() == b"\xef\xbb\xbfa,b\r\n"
        assert answer.content_type == "text/csv; charset=utf-8"


@pytest.mark.parametrize(
    ("parts", "named"),
    [
        (["registrations", "Annual Summit"], "registrations-annual-summit.csv"),
        (["registrations", '../../etc; filename="x.exe"\r\nSet-Cookie: a'], None),
        (["registrations", "年次総会"], "registrations.csv"),
        (["registrations", "x" * 500], f"registrations-{'x' * 80}.csv"),
        ([""], "table.csv"),
    ],
)
def test_the_name_of_the_file_is_safe_everywhere(parts: list[str], named: str | None) -> None:
    found = file_name(parts)
    assert named in (None, found)
    assert set(found) <= set("abcdefghijklmnopqrstuvwxyz0123456789-.")
    assert found.count(".") == 1


@pytest.mark.parametrize(
    ("accept", "rather"),
    [
        (None, False),
        ("*/*", False),
        ("application/json", False),
        ("text/html,application/xhtml+xml,*/*;q=0.8", False),
        ("text/csv", True),
        ("text/*", True),
        ("text/csv,application/json;q=0.5", True),
        ("text/csv;q=0.5,application/json", False),
    ],
)
def test_csv_is_for_whoever_would_rather_have_it(plain: WebApp, accept: str | None, rather: bool) -> None:
    with plain.test_request_context("/", headers={} if accept is None else {"Accept": accept}):
        assert prefers_csv() is rather
        assert "Accept" in plain.process_response(Response()).vary


def test_memory_holds_a_batch_and_not_the_table(plain: WebApp) -> None:
    def batches() -> Iterator[list[list[Cell]]]:
        for _ in range(200):
            yield [["x" * 100, "y" * 100] for _ in range(500)]

    with plain.test_request_context("/"):
        written = csv_download(["x"], ["a", "b"], batches()).iter_encoded()
        tracemalloc.start()
        size = sum(len(piece) for piece in written)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert size > 20_000_000
    assert peak < 2_000_000
