"""Realistic messages of every type, read from `examples/TYPE/NAME.json`.

Every consumer's contract test is fed all of them; AsyncAPI shows them to outside systems.
"""

import json
from dataclasses import dataclass
from pathlib import Path

from shared.contracts.message_type import MessageType

FOLDER = Path(__file__).parent / "examples"


@dataclass(frozen=True, slots=True)
class Example:
    """`data` is parsed JSON; None for a tombstone."""

    name: str
    data: dict[str, object] | None


def examples_of(message_type: MessageType) -> tuple[Example, ...]:
    """The examples of a type, by name; empty where there are none."""
    files = sorted((FOLDER / message_type.name).glob("*.json"))
    return tuple(Example(file.stem, json.loads(file.read_text("utf-8"))) for file in files)
