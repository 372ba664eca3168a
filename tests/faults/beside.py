"""What goes on beside the stream, each in a thread of its own: poison is sent, and the length of the log is noted."""

import threading
import time
from collections.abc import Callable

from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.errors import KafkaError

from shared.contracts import registry
from shared.settings import Settings
from tests.faults.poison import make_poison

_POISON_EACH = 8.0
_NOTED_EACH = 1.0


class Beside:
    """One such thread; `act` is called until it is told to stop, and broken connections are made anew."""

    def __init__(self, act: Callable[[], None], each: float) -> None:
        self._act = act
        self._each = each
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Returns when it has come to its end."""
        self._stop.set()
        self._thread.join(timeout=150)

    def _work(self) -> None:
        while not self._stop.wait(self._each):
            self._act()


class Poisoner:
    """Sends poison of one kind after the other, each acknowledged before the next."""

    def __init__(self, settings: Settings, tenant: str) -> None:
        self._settings = settings
        self._tenant = tenant
        self._producer: KafkaProducer | None = None
        self.sent = 0
        """Acknowledged; what was not may stand on the log all the same."""
        self.thread = Beside(self._send, _POISON_EACH)

    def _send(self) -> None:
        poison = make_poison(self.sent, self._tenant)
        try:
            if self._producer is None:
                self._producer = KafkaProducer(**self._settings.kafka.client_options(), acks="all", max_block_ms=5_000)
            self._producer.send(
                self._settings.topic("attendees.v1"),
                key=poison.key.encode(),
                value=poison.value,
                headers=list(poison.headers),
            ).get(timeout=60)
            self.sent += 1
        except KafkaError:
            pass  # sent again in its turn

    def close(self) -> None:
        if self._producer is not None:
            self._producer.close(timeout=5)


class LengthOfLog:
    """How long all topics together were at which second since it began."""

    def __init__(self, settings: Settings) -> None:
        self._options = settings.kafka.client_options()
        self._partitions = [
            TopicPartition(settings.topic(topic.name), number)
            for topic in registry.all_topics()
            for number in range(topic.partitions)
        ]
        self._consumer: KafkaConsumer | None = None
        self._begun = time.monotonic()
        self.noted: list[tuple[float, int]] = []
        self.thread = Beside(self._note, _NOTED_EACH)

    def _note(self) -> None:
        try:
            if self._consumer is None:
                self._consumer = KafkaConsumer(**self._options, enable_auto_commit=False)
            length = sum(self._consumer.end_offsets(self._partitions).values())
        except (KafkaError, KeyError):  # of an answer that lacks a partition kafka-python makes a KeyError
            return  # a gap in the line
        self.noted.append((time.monotonic() - self._begun, length))

    def close(self) -> None:
        if self._consumer is not None:
            self._consumer.close()
