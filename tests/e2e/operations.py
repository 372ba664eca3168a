"""What a service's OpenAPI document says can be called, and the smallest body that each operation takes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from shared.ids import new_id

_METHODS = ("get", "post", "put", "patch", "delete")
_JSON = "application/json"
_BY_FORMAT = {
    "date-time": "2030-01-01T00:00:00Z",
    "date": "2030-01-01",
    "email": "somebody@example.org",
    "time": "18:00",
}


@dataclass(frozen=True, slots=True)
class Operation:
    """`parameters` are the names in its path."""

    service: str
    method: str
    path: str
    parameters: tuple[str, ...]
    body: Any
    """A valid JSON body; None where it takes none, or takes something else than JSON."""
    content_type: str | None
    """What it takes where that is not JSON."""

    def __str__(self) -> str:
        return f"{self.method} {self.service} {self.path}"


def operations(service: str, document: Mapping[str, Any]) -> Iterator[Operation]:
    """Every operation that a member's or staff's token calls; not the operators', who see all tenants."""
    for path, entry in document["paths"].items():
        shared = [_resolved(parameter, document) for parameter in entry.get("parameters", ())]
        for method in (name for name in _METHODS if name in entry):
            operation = entry[method]
            if not operation.get("security") or path.startswith("/ops/"):
                continue
            own = [_resolved(parameter, document) for parameter in operation.get("parameters", ())]
            content = operation.get("requestBody", {}).get("content", {})
            schema = content.get(_JSON, {}).get("schema")
            yield Operation(
                service,
                method.upper(),
                path,
                tuple(parameter["name"] for parameter in [*shared, *own] if parameter["in"] == "path"),
                None if schema is None else _smallest(schema, document),
                next((kind for kind in content if kind != _JSON), None) if schema is None else None,
            )


def _resolved(node: Mapping[str, Any], document: Mapping[str, Any]) -> Mapping[str, Any]:
    if "$ref" not in node:
        return node
    found: Any = document
    for part in node["$ref"].removeprefix("#/").split("/"):
        found = found[part]
    return _resolved(found, document)


def _smallest(schema: Mapping[str, Any], document: Mapping[str, Any]) -> Any:
    """The smallest value that keeps the schema, for the few keywords that our schemas use."""
    schema = _resolved(schema, document)
    for keyword in ("allOf", "anyOf", "oneOf"):
        if keyword in schema:
            return _smallest(schema[keyword][0], document)
    if "enum" in schema:
        return next(value for value in schema["enum"] if value is not None)
    kinds = schema.get("type", "object")
    kind = kinds if isinstance(kinds, str) else next(name for name in kinds if name != "null")
    if kind == "object":
        properties = schema.get("properties", {})
        return {name: _smallest(properties[name], document) for name in schema.get("required", ())}
    if kind == "array":
        return [_smallest(schema["items"], document) for _ in range(max(1, schema.get("minItems", 0)))]
    return _plain(kind, schema)


def _plain(kind: str, schema: Mapping[str, Any]) -> Any:
    if kind != "string":
        return schema.get("minimum", 1) if kind in ("integer", "number") else True
    if schema.get("format") == "uuid":
        return new_id()
    return _BY_FORMAT.get(schema.get("format", ""), "x" * max(1, schema.get("minLength", 0)))
