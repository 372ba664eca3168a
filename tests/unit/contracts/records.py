"""Strategies for records of a schema: mostly right, with one field at a time that may be anything."""

from collections.abc import Callable
from functools import cache
from typing import Any

from hypothesis import strategies as st
from marshmallow import Schema, fields, validate

from shared.contracts.fields import (
    DAY_PATTERN,
    EMAIL_PATTERN,
    ID_PATTERN,
    TIME_OF_DAY_PATTERN,
    TIMESTAMP_PATTERN,
    ByName,
    Choice,
    Code,
    Day,
    Email,
    Flag,
    Free,
    Id,
    Many,
    TimeOfDay,
    Timestamp,
    Whole,
)

JSON_SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from([3.0, -0.0, 1e300, 2**53, 2**63])
    | st.text(max_size=20)
)
ANYTHING = st.recursive(
    JSON_SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
)
NEAR_MISSES: tuple[Any, ...] = (
    "",
    " ",
    "a\n",
    "a\u2028b",
    "a\x85b",
    "\ufeff",
    "ada@example.org",
    "ada@example.org\n",
    "ada@localhost",
    "ada@exämple.org",
    "a b@example.org",
    "a@b@example.org",
    "2026-02-29T00:00:00Z",
    "2024-02-29T23:59:60Z",
    "2024-02-29t23:59:59z",
    "2024-02-29T23:59:59",
    "2024-02-29 23:59:59Z",
    "2024-02-29T24:00:00Z",
    "2024-02-29T23:59:59.123456789+14:00",
    "2024-02-29T23:59:59-00:00",
    "2024-02-30",
    "20240229",
    "2024-W09-4",
    "24:00",
    "24:01",
    "7:00",
    "019AB001-7C1E-7B5E-9C55-0000000000E1",
    "٣",
    "1",
    "3",
    "true",
    "yes",
    "on",
    "1.0",
    "video",
    "2026-03-01T18:00:00.5+02:00",
    "2026-03-01T18:00:00Z\n",
    "2026-03-01",
    "2026-03-01\n",
    "1899-12-31T00:00:00Z",
    "2200-01-01T00:00:00Z",
    "2026-03-01T18:00Z",
    "2026-03-01T18:00:00,5Z",
    "2026-03-01T18:00:00+0200",
    "18:00",
    "18:00:00",
    "18:00\n",
    "019ab001-7c1e-7b5e-9c55-0000000000e1",
    "019ab001-7c1e-7b5e-9c55-0000000000e1\n",
    "019ab0017c1e7b5e9c550000000000e1",
    "x" * 20,
    "x" * 21,
    "😀" * 20,
    "😀" * 21,
    None,
    True,
    False,
    0,
    -1,
    1,
    1.0,
    0.5,
    3,
    3.0,
    5,
    6,
    -0.0,
    1e300,
    2**53,
    2**63,
    2**64,
    10**30,
    [],
    {},
    [None],
    [[]],
    [1],
    ["video"],
    ["video", "video", "video"],
    {"video": True},
    {"video": None},
    {"video": "video"},
    {"": "video"},
    {"a\nb": "video"},
    {"x" * 200: "video"},
    {"x" * 201: "video"},
    {"a": 1, "b": 2, "c": 3},
    {"a": "video", "b": "video", "c": "video"},
    {"word": "video"},
    {"word": "video", "unknown": 1},
    {"word": 1},
    [{"word": "video"}],
)
"""Values that one check may take where the other does not, if their authors thought differently."""


@st.composite
def records(draw: st.DrawFn, schema: type[Schema]) -> dict[str, Any]:
    """A record in which every field but one is right, and that one often is."""
    all_fields = _fields_of(schema)
    odd = draw(st.sampled_from([None, *sorted(all_fields)]))
    record = {}
    for name, field in all_fields.items():
        if name == odd:
            if draw(st.booleans()):
                record[field.data_key or name] = draw(edges(field))
        elif field.required or draw(st.booleans()):
            record[field.data_key or name] = draw(right(field))
    if draw(st.integers(0, 19)) == 0:
        record[draw(st.text(min_size=1, max_size=5))] = draw(ANYTHING)
    return record


@cache
def _fields_of(schema: type[Schema]) -> dict[str, fields.Field[Any]]:
    return schema().fields


@cache
def right(field: fields.Field[Any]) -> st.SearchStrategy[Any]:
    """Values of a field's shape: nearly all of them are right, but a 31st of February may be among them."""
    return next(make for kind, make in _STRATEGIES if isinstance(field, kind))(field)


def _pattern(text: str) -> Callable[[Any], st.SearchStrategy[Any]]:
    strategy = st.from_regex(text, fullmatch=True)
    return lambda _: strategy


def _text(field: fields.String) -> st.SearchStrategy[str]:
    length = _bounds(field, validate.Length)
    shortest = length.min or 0
    return st.text("aZ9 éß漢😀-.", min_size=shortest, max_size=max(shortest, min(length.max, 8)))


def _list(field: Many) -> st.SearchStrategy[list[Any]]:
    length = _bounds(field, validate.Length)
    return st.lists(right(field.inner), min_size=length.min or 0, max_size=min(length.max, 3))


def _by_name(field: ByName) -> st.SearchStrategy[dict[str, Any]]:
    return st.dictionaries(st.text("abc_Ü", min_size=1, max_size=4), right(field.value_field), max_size=3)


_STRATEGIES: tuple[tuple[type[Any], Callable[[Any], st.SearchStrategy[Any]]], ...] = (
    (Email, _pattern(EMAIL_PATTERN)),
    (Id, _pattern(ID_PATTERN)),
    (Code, lambda _: st.sampled_from(["no_time", "a", "0.x-y"])),
    (Timestamp, _pattern(TIMESTAMP_PATTERN)),
    (Day, _pattern(DAY_PATTERN)),
    (TimeOfDay, _pattern(TIME_OF_DAY_PATTERN)),
    (Choice, lambda field: st.sampled_from(_bounds(field, validate.OneOf).choices)),
    (Flag, lambda _: st.booleans()),
    (Whole, lambda field: st.integers(_bounds(field, validate.Range).min, _bounds(field, validate.Range).max)),
    (fields.String, _text),
    (Many, _list),
    (fields.Nested, lambda field: records(type(field.schema))),
    (ByName, _by_name),
    (Free, lambda _: ANYTHING),
)


@cache
def edges(field: fields.Field[Any]) -> st.SearchStrategy[Any]:
    """Anything at all, and what lies just inside and outside of a field's bounds."""
    choices = [ANYTHING, st.sampled_from(NEAR_MISSES), right(field)]
    if isinstance(field, fields.String | Many):
        choices += [_at_length(field, length.max) for length in field.validators if isinstance(length, validate.Length)]
    if isinstance(field, Whole):
        limits = _bounds(field, validate.Range)
        choices.append(st.sampled_from([limits.min, limits.max, limits.min - 1, limits.max + 1, float(limits.max)]))
    if isinstance(field, ByName):
        choices.append(
            st.dictionaries(
                st.sampled_from([each for each in NEAR_MISSES if isinstance(each, str)]) | st.just("x" * 201),
                right(field.value_field),
                max_size=2,
            )
        )
        choices.append(st.dictionaries(st.text("abc", min_size=1), ANYTHING, max_size=2))
        choices.append(right(field.value_field).map(lambda item: {f"n{n}": item for n in range(field.most + 1)}))
    return st.sampled_from(choices).flatmap(lambda chosen: chosen)


def _at_length(field: fields.Field[Any], longest: Any) -> st.SearchStrategy[Any]:
    """What is exactly as long as it may be, and what is longer by one."""
    if isinstance(field, fields.List):
        item = right(field.inner)
        return item.map(lambda each: [each] * longest) | item.map(lambda each: [each] * (longest + 1))
    return st.sampled_from(["x" * longest, "x" * (longest + 1), "😀" * longest])


def _bounds(field: fields.Field[Any], kind: type[Any]) -> Any:
    return next(each for each in field.validators if isinstance(each, kind))
