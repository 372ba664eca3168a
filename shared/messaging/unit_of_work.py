"""One write: a Mongo transaction of documents and the messages that tell of them."""

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import TypeVar

from pymongo import MongoClient
from pymongo.client_session import ClientSession
from pymongo.database import Database

from shared.clock import Clock
from shared.contracts import registry
from shared.errors import Fault
from shared.ids import new_id
from shared.messaging import epoch, outbox, tracing
from shared.messaging.cause import Cause
from shared.messaging.envelope import Data, Message
from shared.messaging.holders import Holder, holding
from shared.storage.client import Document
from shared.storage.transaction import run_transaction
from shared.telemetry import traces

T = TypeVar("T")


class InvalidMessage(Exception):
    """A message of ours does not keep its own contract: a defect of the code that publishes it."""

    def __init__(self, type_name: str, faults: list[Fault]) -> None:
        super().__init__(f"{type_name}: " + "; ".join(f"{fault.pointer} {fault.detail}" for fault in faults))


@dataclass(slots=True)
class Transaction:
    """What a use case works with: the session of its transaction, whose it is, when, and why."""

    session: ClientSession
    database: Database[Document]
    service: str
    tenant: str
    now: datetime
    cause: Cause
    epoch: int = 0
    """What versions are raised by where others hear of them (`epoch.py`)."""
    _ordinals: Counter[tuple[str, str, int]] = field(default_factory=Counter)
    _rows: list[Document] = field(default_factory=list)
    _unnumbered: list[tuple[outbox.Place, Callable[[int], Document]]] = field(default_factory=list)
    """What becomes a row when it has its version."""

    @property
    def traceparent(self) -> str | None:
        """The trace this work is part of, to be kept with what is due later."""
        return traces.traceparent() or self.cause.traceparent

    def publish(
        self,
        type_name: str,
        *,
        key: str,
        version: int | None,
        data: Data | None,
        subject: str | None = None,
        again: bool = False,
    ) -> str:
        """Leaves a message in the outbox, to be sent once this transaction has committed; returns its id.

        `type_name` with or without `org.ithaca.`; `version` is the aggregate's own after the change, None for a key
        that has no aggregate; it goes out raised by the epoch. `data` None is a tombstone. Several messages of one
        version keep the order of calls.
        `again`: this version may have been told before, in another transaction; the caller holds the aggregate, so
        that no newer version can be told first.

        Raises InvalidMessage where the strict schema refuses the data, MessageTooLarge above 900 KiB.
        """
        kind = registry.get(type_name)
        if faults := kind.strict_faults(data):
            raise InvalidMessage(kind.name, faults)
        topic = kind.topic.name
        identifier = new_id()
        version = None if version is None else version + self.epoch
        message = Message(
            id=identifier,
            type=kind.name,
            source=f"/tenants/{self.tenant}/services/{self.service}",
            subject=subject or key,
            time=self.now,
            tenant=self.tenant,
            key=key,
            version=version,
            correlation_id=self.cause.correlation_id,
            causation_id=self.cause.causation_id,
            # Captured here: a relay knows nothing of the request that left this, and the trace would end with it.
            traceparent=tracing.left(identifier, kind.name, topic, self.cause.traceparent),
            data=data,
            dataschema=kind.schema_id,
        )
        if version is None:
            self._unnumbered.append(((topic, key), partial(_row, message, topic, self.now)))
            return message.id
        place = (topic, key, version)
        if again and place not in self._ordinals:
            self._ordinals[place] = outbox.next_ordinal(self.database, self.session, topic, key, version)
        self._rows.append(outbox.row(message, topic, version, self._ordinals[place], self.now))
        self._ordinals[place] += 1
        return message.id

    def leave_raw(self, topic: str, key: str, headers: Sequence[tuple[str, bytes]], value: bytes | None) -> None:
        """Leaves a record that is not ours to read, as it is: dead letters travel unchanged."""
        self._unnumbered.append(((topic, key), partial(_raw_row, topic, key, headers, value, self.now)))

    def within(self, *, tenant: str, cause: Cause) -> "Transaction":
        """The same transaction on behalf of another tenant or cause: a batch handles many messages in one."""
        return Transaction(
            self.session,
            self.database,
            self.service,
            tenant,
            self.now,
            cause,
            self.epoch,
            self._ordinals,
            self._rows,
            self._unnumbered,
        )

    def flush(self) -> None:
        """Writes the messages left so far; the unit of work calls it last."""
        if self._unnumbered:
            self._number()
        if self._rows:
            self.database[outbox.COLLECTION].insert_many(self._rows, session=self.session)
            self._rows.clear()

    def _number(self) -> None:
        """Gives each message of a key without an aggregate its place: all in two statements, however many they are."""
        wanted = Counter(place for place, _ in self._unnumbered)
        following = outbox.next_versions(self.database, self.session, wanted)
        for place, row in self._unnumbered:
            self._rows.append(row(following[place]))
            following[place] += 1
        self._unnumbered.clear()


def _row(message: Message, topic: str, now: datetime, version: int) -> Document:
    return outbox.row(replace(message, version=version), topic, version, 0, now)


def _raw_row(
    topic: str,
    key: str,
    headers: Sequence[tuple[str, bytes]],
    value: bytes | None,
    now: datetime,
    version: int,
) -> Document:
    return outbox.raw_row(topic, key, version, headers, value, now)


class UnitOfWork:
    """Runs use cases, each in one transaction. One for a process; safe to share between threads."""

    def __init__(self, client: MongoClient[Document], database: Database[Document], service: str, clock: Clock) -> None:
        self.database = database
        self.clock = clock
        self._client = client
        self._service = service
        self._epoch: int | None = None

    def epoch(self) -> int:
        """What versions are raised by since the database was last put back; a process learns it once."""
        if self._epoch is None:
            self._epoch = epoch.current(self.database)
        return self._epoch

    def holding(self) -> AbstractContextManager[Holder]:
        """All transactions of this thread are in one session meanwhile, which its holder can name."""
        return holding(self._client, self.database)

    def over(self, database: Database[Document]) -> "UnitOfWork":
        """The same on another view of the database."""
        return UnitOfWork(self._client, database, self._service, self.clock)

    def run(self, work: Callable[[Transaction], T], *, tenant: str, cause: Cause | None = None) -> T:
        """Runs `work` and commits its documents and messages together, or neither.

        `work` runs again on a transient conflict: it must have no effect but through the transaction. What it raises
        aborts everything. Raises Unavailable when conflicts do not end.
        """
        why = cause or Cause(correlation_id=new_id())

        def attempt(session: ClientSession) -> T:
            now = self.clock.now()
            transaction = Transaction(session, self.database, self._service, tenant, now, why, self.epoch())
            result = work(transaction)
            transaction.flush()
            return result

        with traces.detail("transaction"):
            return run_transaction(self._client, attempt)
