"""Every type shows itself, and what it shows is right."""

import pytest

from shared.contracts import registry
from shared.contracts.example import FOLDER, examples_of
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
def test_an_example_is_what_a_producer_may_send(kind: MessageType, example: object) -> None:
    assert kind.strict_faults(example.data) == []  # type: ignore[attr-defined]


@pytest.mark.parametrize(("kind", "example"), CASES)
def test_a_consumer_ignores_a_field_that_a_later_producer_added(kind: MessageType, example: object) -> None:
    data = example.data  # type: ignore[attr-defined]
    if kind.tombstone:
        assert kind.faults(data) == []
        return
    assert kind.faults({**data, "added_later": {"any": "thing"}}) == []
    assert [fault.pointer for fault in kind.strict_faults({**data, "added_later": 1})] == ["/added_later"]


def test_no_example_is_left_of_a_type_that_is_gone() -> None:
    assert {folder.name for folder in FOLDER.iterdir()} == {kind.name for kind in registry.all_types()}
