"""What versions that were released promised of each message, and what they wrote: one file a version, a type a line.

Written once, from the code of that version, and never changed: whatever reads and writes now has to get along with it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

_FOLDER = Path(__file__).parent / "released"


@dataclass(frozen=True, slots=True)
class Released:
    """A type as it was: the JSON Schema by which its readers checked it, and data that its writers sent."""

    type: str
    schema: Mapping[str, Any]
    examples: Sequence[Any]


def versions() -> list[str]:
    """Every version that something is kept of."""
    return sorted(file.stem for file in _FOLDER.glob("*.ndjson"))


def released(version: str) -> list[Released]:
    """The types of a version."""
    lines = (_FOLDER / f"{version}.ndjson").read_bytes().splitlines()
    return [Released(**orjson.loads(line)) for line in lines]
