"""Rows at the edge of what a message may hold."""

from tests.integration.events.conftest import Bench, ticket
from tests.integration.events.test_imports import content, upload


def test_a_row_too_large_for_a_message_is_a_fault_and_the_others_are_published(bench: Bench) -> None:
    event = bench.event()
    large = ticket("A-2", answers={f"Q{number}": "é" * 2_400 for number in range(196)})
    done = content(upload(bench, event, [ticket("A-1"), large, ticket("A-3")]))
    assert (done["state"], done["published"], done["rejected"]) == ("finished", 2, 1)
    assert [each["row"] for each in done["faults"]] == [2]
