"""JSON Schema (2020-12) from the marshmallow classes, self-contained: what is nested stands under `$defs`."""

import copy
import inspect
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from apispec.ext.marshmallow.openapi import OpenAPIConverter
from marshmallow import Schema, fields

DIALECT = "https://json-schema.org/draft/2020-12/schema"
JsonSchema = dict[str, Any]


def definitions(schema: type[Schema]) -> tuple[JsonSchema, dict[str, JsonSchema]]:
    """The schema of a record, and those of the records nested in it by class name; references are `#/$defs/NAME`.

    Objects are closed (`additionalProperties: false`) where the class refuses unknown fields: the producers' view.
    """
    plugin = MarshmallowPlugin()
    spec = APISpec("", "", openapi_version="3.1.0", plugins=[plugin])
    converter = plugin.converter
    if converter is None:
        raise RuntimeError("apispec made no converter.")
    converter.add_attribute_function(_property_names)  # type: ignore[no-untyped-call]
    body = converter.schema2jsonschema(schema())  # type: ignore[no-untyped-call]
    described = {cls.__name__: _about(cls) for cls in _records(schema)}
    nested = dict(sorted(spec.components.schemas.items()))
    for name, definition in nested.items():
        definition["description"] = described[name]
    body["description"] = _about(schema)
    rewritten: JsonSchema = _with_local_references(body)
    return rewritten, {name: _with_local_references(definition) for name, definition in nested.items()}


def strict(schema: type[Schema]) -> JsonSchema:
    """As producers must write it: unknown fields are faults."""
    body, nested = definitions(schema)
    return {"$schema": DIALECT, **body, **({"$defs": nested} if nested else {})}


def tolerant(schema: JsonSchema) -> JsonSchema:
    """As consumers read it: the same, with every closed object opened."""
    opened: JsonSchema = _opened(copy.deepcopy(schema))
    return opened


def _property_names(self: OpenAPIConverter, field: fields.Field[Any], **_: object) -> JsonSchema:
    key_field = getattr(field, "key_field", None)
    if key_field is None:
        return {}
    names = self.field2property(key_field)
    names.pop("description")
    return {"propertyNames": names}


def _records(schema: type[Schema]) -> set[type[Schema]]:
    found = {schema}
    for field in schema().fields.values():
        inner = field.inner if isinstance(field, fields.List) else field
        if isinstance(inner, fields.Nested):
            found |= _records(type(inner.schema))
    return found


def _about(schema: type[Schema]) -> str:
    return inspect.cleandoc(schema.__doc__ or "").replace("\n", " ")


def _with_local_references(node: Any) -> Any:
    if isinstance(node, dict):
        return {
            key: value.replace("#/components/schemas/", "#/$defs/")
            if key == "$ref" and isinstance(value, str)
            else _with_local_references(value)
            for key, value in node.items()
        }
    return [_with_local_references(item) for item in node] if isinstance(node, list) else node


def _opened(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: _opened(value) for key, value in node.items() if (key, value) != ("additionalProperties", False)}
    return [_opened(item) for item in node] if isinstance(node, list) else node
