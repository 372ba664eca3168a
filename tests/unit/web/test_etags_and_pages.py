"""Headers and cursors, as pure as they are."""

import base64
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from flask import Flask

from shared.errors import Malformed, PreconditionFailed
from shared.web import requested, require_match


@pytest.fixture
def flask_app() -> Flask:
    return Flask("bare")


def matches(flask_app: Flask, header: str, version: int) -> bool:
    with flask_app.test_request_context("/", headers={"If-Match": header}):
        try:
            require_match(version)
        except PreconditionFailed:
            return False
        return True


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ('"3"', True),
        ('"2", "3"', True),
        ('"2","3" ,"4"', True),
        ("*", True),
        (" * ", True),
        ('"2"', False),
        ('"33"', False),
        ('W/"3"', False),
        ('W/"3", "3"', True),
        ('"a,b"', False),
        ('""', False),
    ],
)
def test_a_version_matches_the_tags_that_name_it(flask_app: Flask, header: str, expected: bool) -> None:
    assert matches(flask_app, header, 3) is expected


@pytest.mark.parametrize("header", ["3", '"3', '3"', '"3" "4"', '"3",', ',"3"', "", 'w/"3"', '*, "3"', '"a b"'])
def test_a_list_of_another_form_is_malformed(flask_app: Flask, header: str) -> None:
    with pytest.raises(Malformed):
        matches(flask_app, header, 3)


def test_without_the_header_any_version_will_do(flask_app: Flask) -> None:
    with flask_app.test_request_context("/"):
        require_match(3)


def walk(flask_app: Flask, items: list[tuple[datetime, str]], limit: int) -> Iterator[list[tuple[datetime, str]]]:
    cursor: str | None = ""
    while cursor is not None:
        with flask_app.test_request_context(f"/list?limit={limit}" + (f"&cursor={cursor}" if cursor else "")):
            wanted = requested(datetime, str)
            found = [item for item in items if wanted.after is None or item > wanted.after][: wanted.fetch]
            page = wanted.page(found, key=lambda item: item)
        yield list(page.items)
        cursor = page.next


@pytest.mark.parametrize("limit", [1, 2, 3, 6, 7, 50])
def test_pages_by_time_and_id_show_everything_once(flask_app: Flask, limit: int) -> None:
    day = datetime(2026, 5, 1, 12, 0, 0, 123000, tzinfo=UTC)
    items = [(day.replace(day=1 + number // 2), f"id {number}") for number in range(6)]
    pages = list(walk(flask_app, items, limit))
    assert [item for page in pages for item in page] == items
    assert all(page for page in pages)


@pytest.mark.parametrize(
    ("query", "limit"),
    [("", 50), ("?limit=1", 1), ("?limit=007", 7), ("?limit=201", 200), ("?limit=" + "9" * 400, 200)],
)
def test_a_limit_is_from_one_to_two_hundred(flask_app: Flask, query: str, limit: int) -> None:
    with flask_app.test_request_context(f"/list{query}"):
        assert requested().limit == limit


def test_a_cursor_is_good_for_its_own_address_and_its_own_keys(flask_app: Flask) -> None:
    with flask_app.test_request_context("/list?limit=1"):
        cursor = requested().page(["a", "b"], key=lambda item: item).next
    with flask_app.test_request_context(f"/list?cursor={cursor}"):
        assert requested().after_id == "a"
        with pytest.raises(Malformed):
            requested(int)
        with pytest.raises(Malformed):
            requested(str, str)
    with flask_app.test_request_context(f"/other?cursor={cursor}"), pytest.raises(Malformed):
        requested()


@pytest.mark.parametrize("number", [1 << 63, -(1 << 63) - 1, 2**64 - 1])
def test_a_cursor_with_a_number_that_no_database_holds_is_malformed(flask_app: Flask, number: int) -> None:
    content = f"[{zlib.crc32(b'/list')},{number}]".encode()
    cursor = base64.urlsafe_b64encode(content).rstrip(b"=").decode()
    with flask_app.test_request_context(f"/list?cursor={cursor}"), pytest.raises(Malformed):
        requested(int)
