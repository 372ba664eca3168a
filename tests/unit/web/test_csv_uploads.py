"""CSV bodies, row by row."""

import io

import pytest

from shared.errors import Invalid
from shared.web.csv_upload import LONGEST_ROW, Row, read_csv


def rows(content: bytes) -> list[Row]:
    return list(read_csv(io.BytesIO(content)).rows)


@pytest.mark.parametrize("separator", [b",", b";", b"\t"])
@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
def test_the_separator_is_told_from_the_header_and_a_bom_is_no_part_of_a_name(separator: bytes, bom: bytes) -> None:
    table = read_csv(io.BytesIO(bom + separator.join([b"a", b"b"]) + b"\r\n" + separator.join([b"1", b"2"])))
    assert table.header == ("a", "b")
    assert [(row.number, row.cells) for row in table.rows] == [(2, ["1", "2"])]


def test_a_quoted_cell_may_hold_line_breaks_and_rows_are_counted_as_a_spreadsheet_does() -> None:
    assert [(row.number, row.cells) for row in rows(b'a,b\n"1\n2",3\n\n4,5\n')] == [
        (2, ["1\n2", "3"]),
        (4, ["4", "5"]),
    ]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (b"1", "has 1 fields where the header has 2"),
        (b"1,2,3", "has 3 fields"),
        (b"\xe9,2", "Not UTF-8 at byte 5 of the file"),
        (b"\0,2", "NUL"),
        (b'"1"x,2', "cannot be read"),
        (b"x" * 200_000 + b",2", "field larger than field limit"),
        (b"x" * (LONGEST_ROW + 5) + b",2", "longer than"),
    ],
)
def test_a_faulty_row_is_named_and_the_next_one_goes_on(row: bytes, said: str) -> None:
    bad, good = rows(b"a,b\n" + row + b"\n8,9\n")
    assert bad.number == 2
    assert bad.fault is not None
    assert said in bad.fault
    assert (good.number, good.cells) == (3, ["8", "9"])


@pytest.mark.parametrize("content", [b"", b"\n", b"a,a\n", b"a,,b\n", "a;b".encode("utf-16"), b"\xe9,b\n1,2\n"])
def test_a_file_without_a_sound_header_is_refused(content: bytes) -> None:
    with pytest.raises(Invalid):
        read_csv(io.BytesIO(content))


def test_what_a_refused_file_leaves_can_still_be_read() -> None:
    stream = io.BytesIO(b"a,a\n")
    with pytest.raises(Invalid):
        read_csv(stream)
    assert not stream.closed
