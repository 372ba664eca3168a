"""A partition that the broker's answer leaves out is one that is asked for again, and no defect."""

from collections.abc import Callable, Collection
from typing import Any

import pytest
from kafka import TopicPartition
from kafka.errors import KafkaTimeoutError

from shared.messaging import bounds

PLACES = [TopicPartition("members.v1", 0), TopicPartition("members.v1", 1)]


class Consumer:
    """Answers as kafka-python does: it looks up what it asked for in what came back."""

    def __init__(self, *answered: TopicPartition) -> None:
        self._answered = dict.fromkeys(answered, 7)

    def beginning_offsets(self, places: Collection[TopicPartition], timeout_ms: int | None) -> dict[Any, int]:
        return {place: self._answered[place] for place in places}

    end_offsets = beginning_offsets


@pytest.mark.parametrize("asked", [bounds.begins, bounds.ends])
def test_what_is_left_out_of_an_answer_is_named_as_not_answered(asked: Callable[..., bounds.Offsets]) -> None:
    assert asked(Consumer(*PLACES), PLACES) == dict.fromkeys(PLACES, 7)
    with pytest.raises(KafkaTimeoutError, match="partition=1"):
        asked(Consumer(PLACES[0]), PLACES)
