"""Publishing the stream as good clients do: what was not answered is sent again, under the same key or the same id."""

import json
import random
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeVar

import requests
from kafka import KafkaProducer
from kafka.errors import KafkaError

from shared.ids import new_id
from shared.settings import Settings
from tests.faults.stream import Record, Stream

T = TypeVar("T")

OUTSIDE = "https://tickets.example.org/turnstile"
TYPE = "org.ithaca.attendee.published.v1"

LONGEST_ANSWER = 60.0
"""Seconds that an upload waits for its answer; a web process that hangs longer shows as `timeout`."""

_AT_ONCE = 25
_REPEATED = 0.05
"""Share of the outside records that their system sends twice, as the same message."""


class Publishing:
    """Both doors at work, each in a thread of its own, spread over `seconds` at least."""

    def __init__(
        self, stream: Stream, settings: Settings, *, tenant: str, seed: int, seconds: float, upload_to: str, token: str
    ) -> None:
        self._stream = stream
        self._settings = settings
        self._tenant = tenant
        self._rng = random.Random(seed)
        self._seconds = seconds
        self._upload_to = upload_to
        self._token = token
        self._begun: Counter[str] = Counter()
        self._failures: list[BaseException] = []
        self.uploaded: list[Record] = []
        """Rows that events has answered for."""
        self.sent: dict[str, Record] = {}
        """Records that the broker has acknowledged, by the id of their message."""
        self.answers: Counter[str] = Counter()
        """How often the uploads met which status, or broke off."""
        self._threads = [
            threading.Thread(target=self._guarded, args=(door,), name=door.__name__, daemon=True)
            for door in (self._upload, self._send)
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def progress(self) -> float:
        """The share of the stream that is on its way."""
        return self._begun.total() / (len(self._stream.uploads) + len(self._stream.outside))

    def done(self) -> bool:
        """Whether all of it was acknowledged. Raises what ended a door."""
        if self._failures:
            raise self._failures[0]
        return not any(thread.is_alive() for thread in self._threads)

    def _guarded(self, door: Any) -> None:
        try:
            door()
        except BaseException as error:
            self._failures.append(error)

    def _upload(self) -> None:
        with requests.Session() as session:
            session.trust_env = False
            for upload in _paced(self._stream.uploads, self._seconds):
                self._begun["upload"] += 1
                self._until_answered(session, upload)
                self.uploaded += upload

    def _until_answered(self, session: requests.Session, upload: Sequence[Record]) -> None:
        headers = {
            "Authorization": f"Bearer {self._token}",
            "Content-Type": "application/x-ndjson",
            "Idempotency-Key": new_id(),
        }
        body = "\n".join(json.dumps(record.data) for record in upload).encode()
        while True:
            try:
                answer = session.post(self._upload_to, data=body, headers=headers, timeout=(5, LONGEST_ANSWER))
            except requests.Timeout:
                self.answers["timeout"] += 1
            except requests.RequestException:
                self.answers["broken off"] += 1
            else:
                self.answers[str(answer.status_code)] += 1
                if answer.status_code == 202:
                    report = answer.json()
                    assert (report["published"], report["rejected"]) == (len(upload), 0), report
                    return
                assert answer.status_code == 503, answer.text
                assert int(answer.headers["Retry-After"]) > 0
            time.sleep(0.3)

    def _send(self) -> None:
        producer = KafkaProducer(
            **self._settings.kafka.client_options(), acks="all", enable_idempotence=True, retries=1_000_000
        )
        try:
            for batch in _paced(_parted(self._stream.outside, _AT_ONCE), self._seconds):
                self._begun["outside"] += len(batch)
                self._until_acknowledged(producer, {new_id(): record for record in batch})
        finally:
            producer.close(timeout=5)

    def _until_acknowledged(self, producer: KafkaProducer, batch: dict[str, Record]) -> None:
        """Each at least once, some twice."""
        waiting = list(batch) + [identifier for identifier in batch if self._rng.random() < _REPEATED]
        while waiting:
            futures = [(identifier, self._sent(producer, identifier, batch[identifier])) for identifier in waiting]
            waiting = []
            for identifier, future in futures:
                try:
                    future.get(timeout=130)
                except KafkaError:
                    waiting.append(identifier)
        self.sent |= batch

    def _sent(self, producer: KafkaProducer, identifier: str, record: Record) -> Any:
        return producer.send(
            self._settings.topic("attendees.v1"),
            key=record.key.encode(),
            value=json.dumps(record.data).encode(),
            headers=attendee_headers(identifier, self._tenant),
        )


def attendee_headers(identifier: str, tenant: str) -> list[tuple[str, bytes]]:
    """Of a record that an outside system publishes, a CloudEvent in binary mode."""
    attributes = {
        "ce_specversion": "1.0",
        "ce_id": identifier,
        "ce_source": OUTSIDE,
        "ce_type": TYPE,
        "ce_tenant": tenant,
        "content-type": "application/json",
    }
    return [(name, content.encode()) for name, content in attributes.items()]


def _paced(items: Sequence[T], seconds: float) -> Iterator[T]:
    """The items, none before its turn in the time."""
    begun = time.monotonic()
    for number, item in enumerate(items):
        time.sleep(max(0.0, begun + seconds * number / len(items) - time.monotonic()))
        yield item


def _parted(items: Iterable[T], size: int) -> list[list[T]]:
    whole = list(items)
    return [whole[start : start + size] for start in range(0, len(whole), size)]
