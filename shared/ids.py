"""UUIDv7 identifiers (RFC 9562, section 5.7): unique, and sorted by the time they were made."""

import hashlib
import os
import re
import time
from collections.abc import Sequence
from datetime import UTC, datetime

_SHAPE = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


def new_id() -> str:
    """A new UUIDv7 in its canonical lower-case form."""
    return _id(time.time_ns() // 1_000_000, os.urandom(10))


def new_ids(number: int) -> Sequence[str]:
    """So many new ones, in no order among each other. Each alone would let other threads go first, to get its bits."""
    milliseconds, drawn = time.time_ns() // 1_000_000, os.urandom(10 * number)
    return [_id(milliseconds, drawn[place : place + 10]) for place in range(0, 10 * number, 10)]


def derived_id(identifier: str, *names: str) -> str:
    """A UUIDv7 as old as this one, always the same for the same names: whoever makes a thing again makes it once."""
    named = hashlib.blake2b("\0".join((identifier, *names)).encode(), digest_size=10).digest()
    return _id(int(identifier[:8] + identifier[9:13], 16), named)


def _id(milliseconds: int, ten_bytes: bytes) -> str:
    bits = int.from_bytes(ten_bytes, "big")
    value = (milliseconds & (1 << 48) - 1) << 80 | 0x7 << 76 | (bits >> 68 & 0xFFF) << 64
    value |= 0b10 << 62 | bits & (1 << 62) - 1
    digits = f"{value:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def made_at(identifier: str) -> datetime:
    """When `new_id` made it, in milliseconds; of an id of another kind it says nothing."""
    milliseconds = int(identifier[:8] + identifier[9:13], 16)
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def is_id(text: str) -> bool:
    """Whether the text has the shape of an identifier of ours."""
    return _SHAPE.fullmatch(text) is not None
