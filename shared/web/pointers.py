"""marshmallow's nested error messages as faults with JSON pointers (RFC 6901)."""

from collections.abc import Iterator
from typing import Any

from marshmallow import Schema, fields

from shared.errors import Fault

WHOLE = "_schema"


def faults_of(messages: Any, schema: Schema | None = None) -> list[Fault]:
    """The faults that `messages` of a ValidationError tell of, in the order of the messages.

    With the schema, what marshmallow files under `key` and `value` of a mapping gets the pointer of its entry.
    """
    return [Fault(pointer, detail) for pointer, detail in _walk(messages, "", schema)]


def _walk(messages: Any, pointer: str, kind: Any) -> Iterator[tuple[str, str]]:
    if isinstance(messages, str):
        yield pointer, messages
    elif isinstance(messages, dict):
        for name, below in messages.items():
            if name == WHOLE:
                yield from _walk(below, pointer, None)
            elif isinstance(kind, fields.Mapping):
                step = f"{pointer}/{escape(str(name))}"
                for side, value in below.items() if isinstance(below, dict) else ((None, below),):
                    yield from _walk(value, step, kind.value_field if side == "value" else None)
            else:
                yield from _walk(below, f"{pointer}/{escape(str(name))}", _below(kind, name))
    else:
        for message in messages:
            yield from _walk(message, pointer, None) if isinstance(message, dict) else ((pointer, str(message)),)


def escape(step: str) -> str:
    """One step of a JSON pointer."""
    return step.replace("~", "~0").replace("/", "~1")


def _below(kind: Any, name: Any) -> Any:
    if isinstance(kind, fields.Nested):
        kind = kind.schema
    if isinstance(kind, Schema):
        if kind.many and isinstance(name, int):
            return kind
        # Messages carry the name of the outside, which is `data_key` where there is one.
        return next((f for key, f in kind.load_fields.items() if name == (f.data_key or key)), None)
    return kind.inner if isinstance(kind, fields.List) else None
