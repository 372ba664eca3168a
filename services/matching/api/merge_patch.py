"""JSON merge patch (RFC 7396) on the values that programs are made of."""

from collections.abc import Mapping
from typing import Any, TypeVar

from services.matching.domain.parts import Weights
from services.matching.domain.program import Rules, Settings
from shared.storage.repository import converter

V = TypeVar("V", Rules, Weights, Settings)


def patched(value: V, changes: Mapping[str, Any] | None) -> V:
    """The value with these changes; null takes one thing, or all of it, back to its default."""
    if changes is None:
        return type(value)()
    merged = {**converter.unstructure(value), **changes}
    return converter.structure({name: given for name, given in merged.items() if given is not None}, type(value))
