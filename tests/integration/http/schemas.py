"""What the schemas of request bodies have room for, and bodies made by them, for the few keywords that ours use."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

Schema = Mapping[str, Any]
Pointer = tuple[str | int, ...]

_TEXTS = {"date-time": "2099-05-04T08:00:00Z", "date": "2099-05-04", "email": "somebody@example.org", "time": "18:00"}


def in_place(schema: Schema, document: Mapping[str, Any]) -> Schema:
    """The schema without references."""
    if "$ref" in schema:
        found: Any = document
        for part in schema["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        return in_place(found, document)
    return {name: _value(name, value, document) for name, value in schema.items()}


def _value(name: str, value: Any, document: Mapping[str, Any]) -> Any:
    if name == "properties":
        return {each: in_place(below, document) for each, below in value.items()}
    if name in ("anyOf", "allOf", "oneOf"):
        return [in_place(below, document) for below in value]
    return in_place(value, document) if isinstance(value, dict) and name != "example" else value


def kind(schema: Schema) -> str:
    """Its type, which may be null besides."""
    kinds = schema.get("type", "object")
    return kinds if isinstance(kinds, str) else next(name for name in kinds if name != "null")


def plain(schema: Schema) -> Schema:
    """The alternative that is not null."""
    for keyword in ("anyOf", "allOf", "oneOf"):
        for each in schema.get(keyword, ()):
            if each.get("type") != "null":
                return plain(each)
    return schema


def places(schema: Schema, at: Pointer = ()) -> Iterator[tuple[Pointer, Schema]]:
    """The schema, and everything below it that a request may set; of a list its first item."""
    schema = plain(schema)
    yield at, schema
    for name, below in schema.get("properties", {}).items():
        if not below.get("readOnly"):
            yield from places(below, (*at, name))
    if kind(schema) == "array":
        yield from places(schema["items"], (*at, 0))


def smallest(schema: Schema, text: Callable[[Schema], str]) -> Any:
    """The smallest value by this schema; `text` says what a text is that has no format of its own."""
    schema = plain(schema)
    if "enum" in schema:
        return next(value for value in schema["enum"] if value is not None)
    match kind(schema):
        case "object":
            fields = schema.get("properties", {})
            return {name: smallest(fields[name], text) for name in schema.get("required", ()) if name in fields}
        case "array":
            return [smallest(schema["items"], text) for _ in range(schema.get("minItems", 0))]
        case "boolean":
            return True
        case "integer" | "number":
            return schema.get("minimum", 1)
    return _TEXTS.get(schema.get("format", "")) or text(schema)


def put(value: Any, schema: Schema, at: Pointer, what: Any, text: Callable[[Schema], str]) -> Any:
    """The value with this at the place; what it stands in is made where it is not there yet."""
    if not at:
        return what
    schema, step = plain(schema), at[0]
    below = schema["items"] if isinstance(step, int) else schema["properties"][step]
    if isinstance(step, int):
        inside = value[0] if value else smallest(below, text)
        return [put(inside, below, at[1:], what, text), *value[1:]]
    inside = value[step] if step in value else smallest(below, text)
    return {**value, step: put(inside, below, at[1:], what, text)}
