"""JSON merge patch (RFC 7396) on the values that programs are made of."""

from collections.abc import Mapping
from typing import Any, TypeVar

from services.matching.domain.parts import Weights
from services.matching.domain.program import Rules, Settings
from shared.storage.repository import converter

V = TypeVar("V", Rules, Weights, Settings)


def patched(value: V, changes: Mapping[str, Any] | None, default: V | None = None) -> V:
    """The value with these changes; null takes one thing, or all of it, back to its default."""
    if default is None:
        default = type(value)()
    if changes is None:
        return default
    usual = converter.unstructure(default)
    said = {name: usual[name] if given is None else given for name, given in changes.items()}
    merged = {**converter.unstructure(value), **said}
    return converter.structure({name: given for name, given in merged.items() if given is not None}, type(value))
