"""Every type shows itself, and what it shows is right."""

import pytest

from shared.contracts import registry
from shared.contracts.example import FOLDER, Example, examples_of
from shared.contracts.registry import MessageType

CASES = [
    pytest.param(kind, example, id=f"{kind.short_name}-{example.name}")
    for kind in registry.all_types()
    for example in examples_of(kind)
]


@pytest.mark.parametrize("kind", registry.all_types(), ids=lambda kind: kind.short_name)
def test_every_type_has_an_example(kind: MessageType) -> None:
    assert examples_of(kind), f"examples/{kind.name}/ has no .json file"


@pytest.mark.parametrize(("kind", "example"), CASES)
def test_an_example_is_what_a_producer_may_send(kind: MessageType, example: Example) -> None:
    assert kind.strict_faults(example.data) == []


@pytest.mark.parametrize(("kind", "example"), CASES)
def test_a_consumer_ignores_a_field_that_a_later_producer_added(kind: MessageType, example: Example) -> None:
    if example.data is None:
        assert kind.tombstone
        return
    grown = {**example.data, "added_later": {"any": "thing"}}
    assert kind.faults(grown) == []
    assert [fault.pointer for fault in kind.strict_faults(grown)] == ["/added_later"]


def test_no_example_is_left_of_a_type_that_is_gone() -> None:
    assert {folder.name for folder in FOLDER.iterdir()} == {kind.name for kind in registry.all_types()}
