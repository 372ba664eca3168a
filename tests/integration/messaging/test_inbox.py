"""What a copy of a state takes: what is newer than what it has."""

import pytest

from shared.ids import new_id
from shared.messaging.envelope import Message, headers, value
from shared.messaging.record import Record
from tests.integration.messaging.conftest import Bench, member

KEYS = [new_id() for _ in range(20)]


def states(version: int, count: int) -> list[Record]:
    """What a worker polls for so many members that each have come to this version."""
    found = []
    for offset, key in enumerate(KEYS[:count], start=100 * version):
        name, data = "org.ithaca.member.updated.v1", member(key, f"v{version}")
        message = Message(f"{key}/{version}", name, "/test", key, None, "acme", key, version, "c", None, None, data)
        found.append(Record("members.v1", 0, offset, None, key.encode(), value(message), headers(message)))
    return found


@pytest.mark.parametrize("count", [1, 20])
def test_an_older_state_that_comes_later_changes_nothing(still: Bench, count: int) -> None:
    """One alone is written without a look at what is known, many are not."""
    for version in (2, 1, 2, 3):
        still.service().handling().handle(states(version, count))
    applied = [copy["applied"] for copy in still.database["copies"].find()]
    assert applied == [[2, 3]] * count
