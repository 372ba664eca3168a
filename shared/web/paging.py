"""Lists in pages: `?limit=&cursor=` -> `{"items": [...], "next": cursor or null}`.

A cursor holds the sort keys of the last item shown, so that a page neither skips nor repeats what was there all along,
whatever is inserted meanwhile. It is opaque to callers and good for the one address it was given by.
"""

import base64
import binascii
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

import orjson
from flask import request
from marshmallow import Schema, fields

from shared.clock import parse_rfc3339, rfc3339
from shared.errors import Fault, Invalid, Malformed

T = TypeVar("T")

DEFAULT_LIMIT = 50
LARGEST_LIMIT = 200
_BEYOND = 1 << 63

SortKey = str | int | float | datetime


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """What a list view returns."""

    items: Sequence[T]
    next: str | None


@dataclass(frozen=True, slots=True)
class PageRequest:
    """What the caller wants: up to `limit` items behind the sort keys `after` (None: from the start)."""

    limit: int
    after: tuple[Any, ...] | None

    @property
    def fetch(self) -> int:
        """How many to read: one more than shown tells whether there is a next page."""
        return self.limit + 1

    @property
    def after_id(self) -> str | None:
        """The last id shown, for lists in order of id."""
        return None if self.after is None else self.after[0]

    def page(self, found: Sequence[T], key: Callable[[T], SortKey | tuple[SortKey, ...]]) -> Page[T]:
        """The page, given up to `fetch` items in order; `key` gives the sort keys that `requested` was told."""
        shown = found[: self.limit]
        if len(found) <= self.limit:
            return Page(shown, None)
        last = key(shown[-1])
        return Page(shown, _encode(last if isinstance(last, tuple) else (last,)))


def requested(*types: type[SortKey]) -> PageRequest:
    """The page that the request in hand asks for; `types` are those of the list's sort keys, one string by default.

    Raises Invalid for a limit that is no number of at least 1, Malformed for a cursor that this address never gave.
    """
    return PageRequest(_limit(request.args.get("limit")), _decode(request.args.get("cursor"), types or (str,)))


def page_of(schema: type[Schema], beside: type[Schema] | None = None) -> type[Schema]:
    """The schema of a page of these items; `beside` has what the answer says of them all."""
    known = (schema, beside)
    if known not in _pages:
        name = f"{(beside or schema).__name__.removesuffix('Schema')}Page"
        content: dict[str, fields.Field[Any]] = {
            "items": fields.List(fields.Nested(schema), required=True),
            "next": _next(),
        }
        _pages[known] = (beside or Schema).from_dict(content, name=name)
    return _pages[known]


_pages: dict[tuple[type[Schema], type[Schema] | None], type[Schema]] = {}


def _next() -> fields.String:
    return fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "Give it as `cursor` for the next page; null: no more."},
    )


def _limit(text: str | None) -> int:
    if text is None:
        return DEFAULT_LIMIT
    if not text.isascii() or not text.isdecimal() or not text.strip("0"):
        raise Invalid([Fault("/limit", "The query parameter limit must be a whole number of at least 1.")])
    digits = text.lstrip("0")
    return LARGEST_LIMIT if len(digits) > 3 else min(int(digits), LARGEST_LIMIT)


def _address() -> int:
    return zlib.crc32(request.path.encode("utf-8", "replace"))


def _encode(keys: Sequence[SortKey]) -> str:
    plain = [rfc3339(key) if isinstance(key, datetime) else key for key in keys]
    return base64.urlsafe_b64encode(orjson.dumps([_address(), *plain])).rstrip(b"=").decode()


def _decode(cursor: str | None, types: Sequence[type[SortKey]]) -> tuple[SortKey, ...] | None:
    if cursor is None:
        return None
    try:
        content = orjson.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
        address, *keys = content
        typed = tuple(_typed(key, kind) for key, kind in zip(keys, types, strict=True))
    except (ValueError, TypeError, binascii.Error):
        address, typed = None, ()
    if address != _address():
        raise Malformed("The cursor is not one that this list gave.")
    return typed


def _typed(key: Any, kind: type[SortKey]) -> SortKey:
    if kind is datetime:
        return parse_rfc3339(key)
    if type(key) is not kind:
        raise ValueError(f"not a {kind.__name__}")
    if isinstance(key, int) and not -_BEYOND <= key < _BEYOND:
        raise ValueError("more than a database holds")
    typed: SortKey = key
    return typed
