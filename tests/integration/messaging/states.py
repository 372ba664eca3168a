"""States of members as a worker polls them."""

from shared.ids import new_id
from shared.messaging.envelope import Message, headers, value
from shared.messaging.record import Record
from tests.integration.messaging.conftest import member

KEYS = [new_id() for _ in range(20)]


def states(version: int, count: int) -> list[Record]:
    """What a worker polls for so many members that each have come to this version."""
    found = []
    for offset, key in enumerate(KEYS[:count], start=100 * version):
        name, data = "org.ithaca.member.updated.v1", member(key, f"v{version}")
        message = Message(f"{key}/{version}", name, "/test", key, None, "acme", key, version, "c", None, None, data)
        found.append(Record("members.v1", 0, offset, None, key.encode(), value(message), headers(message)))
    return found
