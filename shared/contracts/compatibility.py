"""Whether a changed JSON Schema breaks what was promised within a version.

Added optional fields, longer lists of words and wider bounds are fine; whatever could refuse a message that was valid,
or take away a field that a consumer reads, is not. Knows the keywords that our schemas use.
"""

from collections.abc import Iterator
from typing import Any

from shared.contracts.json_schema import JsonSchema

_EXACT = ("type", "format", "pattern")
_UPPER = ("maxLength", "maximum", "maxItems", "maxProperties")
_LOWER = ("minLength", "minimum", "minItems")
_INNER = ("items", "additionalProperties", "propertyNames")


def breaking_changes(promised: JsonSchema, now: JsonSchema) -> list[str]:
    """Sentences that begin with the JSON pointer of the field; empty where nothing breaks."""
    return list(_Comparison(promised, now).node(promised, now, ""))


class _Comparison:
    def __init__(self, promised: JsonSchema, now: JsonSchema) -> None:
        self._promised = promised
        self._now = now

    def node(self, promised: JsonSchema, now: JsonSchema, at: str) -> Iterator[str]:
        promised, now = _resolved(promised, self._promised), _resolved(now, self._now)
        yield from _keywords(promised, now, at or "/")
        for name, inner in promised.get("properties", {}).items():
            if name in now.get("properties", {}):
                yield from self.node(inner, now["properties"][name], f"{at}/{name}")
            else:
                yield f"{at}/{name} is gone"
        for keyword in _INNER:
            if isinstance(promised.get(keyword), dict):
                yield from self.node(promised[keyword], now.get(keyword) or {}, f"{at}/*")


def _resolved(node: JsonSchema, root: JsonSchema) -> JsonSchema:
    """The node with its reference followed; a nullable reference becomes the record with `null` among its types."""
    if "anyOf" in node:
        record = next(part for part in node["anyOf"] if "$ref" in part)
        return {**_resolved(record, root), "type": ["object", "null"]}
    if "$ref" in node:
        resolved: JsonSchema = root["$defs"][node["$ref"].removeprefix("#/$defs/")]
        return resolved
    return node


def _keywords(promised: JsonSchema, now: JsonSchema, at: str) -> Iterator[str]:
    for keyword in _EXACT:
        if promised.get(keyword) != now.get(keyword):
            yield f"{at} has another {keyword}: {promised.get(keyword)} became {now.get(keyword)}"
    for keyword, tighter in (*((word, -1) for word in _UPPER), *((word, 1) for word in _LOWER)):
        if _tightened(promised.get(keyword), now.get(keyword), tighter):
            yield f"{at} has a tighter {keyword}: {promised.get(keyword)} became {now.get(keyword)}"
    if "enum" in now:
        for word in promised.get("enum", ["anything"]):
            if word not in now["enum"]:
                yield f"{at} no longer takes {word}"
    for name in sorted(set(promised.get("required", ())) ^ set(now.get("required", ()))):
        change = "is no longer sure to be there" if name in promised.get("required", ()) else "is newly required"
        yield f"{at.rstrip('/')}/{name} {change}"


def _tightened(promised: Any, now: Any, direction: int) -> bool:
    if now is None:
        return False
    return promised is None or (now - promised) * direction > 0
