"""A log in memory, with a carrier that promises what the one to Kafka does: test_carrier.py shows it of both."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto

from kafka.errors import KafkaTimeoutError, ProducerFencedError

from shared.messaging.carrier import Refused
from shared.storage.client import Document


class Answer(Enum):
    """How the broker answers a claim."""

    TAKEN = auto()
    LOST = auto()
    """Not at all: the claim never came."""
    UNHEARD = auto()
    """It has taken the claim, and who sent it never hears of that."""


@dataclass(frozen=True, slots=True)
class Logged:
    """As a consumer of Kafka gets it."""

    topic: str
    offset: int
    key: bytes
    value: bytes | None
    headers: Sequence[tuple[str, bytes]]
    partition: int = 0
    timestamp: int = 0


class MemoryLog:
    """What was committed, a partition a topic; a transaction is there as a whole."""

    def __init__(self) -> None:
        self._records: defaultdict[str, list[Logged]] = defaultdict(list)
        self._epochs: Counter[int] = Counter()
        self.refused: set[str] = set()
        """The ids of the rows that the broker never takes."""

    def read(self, topic: str, position: int, most: int | None = None) -> Sequence[Logged]:
        end = None if most is None else position + most
        return self._records[topic][position:end]

    def shut_out(self, slot: int) -> int:
        """The epoch of whoever carries the slot from now on."""
        self._epochs[slot] += 1
        return self._epochs[slot]

    def may_send(self, slot: int, epoch: int) -> bool:
        return self._epochs[slot] == epoch

    def append(self, rows: Sequence[Document]) -> list[tuple[int, int]]:
        placed = []
        for row in rows:
            topic = self._records[row["topic"]]
            headers = [(name, content) for name, content in row["headers"]]
            topic.append(Logged(row["topic"], len(topic), row["key"].encode(), row["value"], headers))
            placed.append((0, topic[-1].offset))
        return placed


class MemoryCarrier:
    """As `Carrier`."""

    def __init__(self, log: MemoryLog, slot: int) -> None:
        self._log = log
        self._slot = slot
        self._epoch = 0
        self.next_answer = Answer.TAKEN

    def fence(self) -> None:
        self._epoch = self._log.shut_out(self._slot)

    def send(self, rows: Sequence[Document]) -> list[tuple[int, int]]:
        answer, self.next_answer = self.next_answer, Answer.TAKEN
        if not self._log.may_send(self._slot, self._epoch):
            raise ProducerFencedError
        if answer is Answer.LOST:
            raise KafkaTimeoutError
        if any(row["_id"] in self._log.refused for row in rows):
            raise Refused("It is too large.")
        placed = self._log.append(rows)
        if answer is Answer.UNHEARD:
            raise KafkaTimeoutError
        return placed

    def renew(self) -> None:
        self.fence()

    def close(self) -> None:
        """Nothing is held."""
