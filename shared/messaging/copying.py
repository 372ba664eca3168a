"""The copy that a rebuild makes: each key as of the version that the worker has handled last."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pymongo import MongoClient, UpdateOne
from pymongo.client_session import ClientSession
from pymongo.database import Database

from shared.clock import SystemClock
from shared.contracts import registry
from shared.errors import Invalid, IthacaError
from shared.messaging import inbox, letters
from shared.messaging.applying import prepare_for
from shared.messaging.cause import Cause
from shared.messaging.envelope import Message, Unreadable
from shared.messaging.gate import Place
from shared.messaging.reactions import Projection, Reaction
from shared.messaging.reading import opened
from shared.messaging.record import Record
from shared.messaging.shadow import Shadow
from shared.messaging.unit_of_work import Transaction
from shared.storage.client import Document
from shared.storage.transaction import TRANSIENT, run_transaction

_ROWS_AT_ONCE = 500


class CannotCopy(IthacaError):
    """The projection's own code does not get through the log."""


class Outspoken(Exception):
    """What a projection calls `keep` wants to tell something: a defect of its declaration."""


class _Silent(Transaction):
    """A transaction that tells nobody."""

    __slots__ = ()

    def publish(self, *_: object, **__: object) -> str:
        raise Outspoken

    def leave_raw(self, *_: object, **__: object) -> None:
        raise Outspoken


@dataclass(frozen=True, slots=True)
class _Handled:
    """What the worker has done with a key. `erased`: the key's end, which no record of it can undo."""

    version: int
    erased: bool


class Copying:
    """Takes records, in any number of goes, and keeps account of what it has of each key.

    `reaction` works over `shadow`; records of its types are taken in, others passed over.
    """

    def __init__(
        self,
        client: MongoClient[Document],
        shadow: Shadow,
        service: str,
        reaction: Reaction,
        projection: Projection,
    ) -> None:
        self._client = client
        self._shadow = shadow
        self._service = service
        self._reaction = reaction
        self._projection = projection
        self._types = {registry.get(name).name for name in reaction.types}
        self._applied: dict[str, int] = {}
        self._unremembered: dict[str, _Handled] = {}
        """Keys that the worker passed before there was this projection, and so has no version of."""
        self._ahead: set[str] = set()
        self._aside: set[tuple[str, int, int]] = set()
        """Where the messages stood that are put aside for this reaction, and still to be handled."""
        self.waiting: dict[Place, int] = {}
        """Of each partition with something that the worker has not handled yet: where that begins."""
        self.refused = 0
        """Records that the projection calls invalid now."""

    def begin(self) -> None:
        """Before each go, which starts where something was `waiting` or where the last ended."""
        self._ahead.clear()
        self.waiting.clear()
        where = {"reaction": self._reaction.name, "state": {"$in": letters.OPEN}}
        found = self._live[letters.COLLECTION].find(where, {"topic": 1, "partition": 1, "offset": 1})
        self._aside = {(each["topic"], each["partition"], each["offset"]) for each in found}

    def take(self, records: Sequence[Record], handled: Mapping[Place, int]) -> None:
        """Copies what the worker has handled; `handled` is how far it said to be before these records were read.

        Raises CannotCopy where the projection fails, pymongo's faults where the database does.
        """
        messages = [message for record in records if (message := self._read(record)) is not None]
        rows = self._rows({inbox.version_id(self._reaction, message) for message in messages})
        newest: dict[str, Message] = {}
        for message in messages:
            key, version = inbox.version_id(self._reaction, message), message.version or 0
            row, place = rows.get(key), (message.topic, message.partition)
            passed = message.offset < handled.get(place, 0) if row is None else version <= row.version
            if not passed:
                self._ahead.add(key)
                self.waiting.setdefault(place, message.offset)
                continue
            if row is not None and row.erased and message.data is not None:
                continue
            if row is None and (*place, message.offset) in self._aside:
                continue
            if version > self._applied.get(key, -1):
                self._applied[key] = version
                newest[key] = message
                if row is None:
                    self._unremembered[key] = _Handled(version, message.data is None)
        self._write(newest)

    def lacking(self) -> tuple[list[str], list[str]]:
        """Keys whose handled state is not what was copied: those to carry over, and those the log does not have.

        Exact while the gates are closed.
        """
        carried: list[str] = []
        missing: list[str] = []
        for topic in sorted({registry.get(name).topic.name for name in self._types}):
            prefix = f"{self._reaction.name}\n{topic}\n"
            behind = f"{prefix[:-1]}\x0b"
            for row in self._live[inbox.VERSIONS].find({"_id": {"$gte": prefix, "$lt": behind}}):
                if self._applied.get(row["_id"]) != row["version"]:
                    known = row.get("erased") or row["_id"] in self._ahead
                    (carried if known else missing).append(row["_id"].removeprefix(prefix))
        return carried, missing

    def carry_over(self, keys: Sequence[str]) -> None:
        """Puts what the old copy has of these keys in the place of what the new one has."""
        self.leave_out(keys)
        for chunk in _chunks(keys):
            for name, field in self._projection.collections.items():
                for document in self._live[name].find({field: {"$in": chunk}}):
                    self._shadow[name].replace_one({"_id": document["_id"]}, document, upsert=True)

    def leave_out(self, keys: Sequence[str]) -> None:
        """Has nothing of these keys in the new copy."""
        for chunk in _chunks(keys):
            for name, field in self._projection.collections.items():
                self._shadow[name].delete_many({field: {"$in": chunk}})

    def remember(self) -> None:
        """Writes the versions that nobody had written, once the copy is in its place.

        Only where the copy is all there is to the reaction: else a message that is tried again later would be taken
        for done, and what is left to do for it would be lost.
        """
        if not self._projection.pure or not self._unremembered:
            return
        rows = [
            UpdateOne({"_id": key}, {"$setOnInsert": {"version": state.version, "erased": state.erased}}, upsert=True)
            for key, state in self._unremembered.items()
        ]
        self._live[inbox.VERSIONS].bulk_write(rows, ordered=False)

    @property
    def _live(self) -> Database[Document]:
        return self._shadow.live

    def _read(self, record: Record) -> Message | None:
        """The message, or None for what the worker would not have handled either."""
        try:
            message = opened(record)
        except Unreadable:
            return None
        kind = registry.find(message.type)
        ours = kind is not None and kind.name in self._types and kind.topic.name == record.topic
        if kind is None or not ours or message.version is None or kind.faults(message.data):
            return None
        return message

    def _rows(self, keys: Iterable[str]) -> dict[str, _Handled]:
        found = self._live[inbox.VERSIONS].find({"_id": {"$in": list(keys)}})
        return {row["_id"]: _Handled(row["version"], bool(row.get("erased"))) for row in found}

    def _write(self, messages: Mapping[str, Message]) -> None:
        try:
            self._keep(list(messages.values()))
        except TRANSIENT:
            raise
        except Exception:  # whatever the projection raised: the one at fault is found, and named, by itself
            for key, message in messages.items():
                self._write_alone(key, message)

    def _write_alone(self, key: str, message: Message) -> None:
        try:
            self._keep([message])
        except Invalid:
            del self._applied[key]
            self._unremembered.pop(key, None)
            self.refused += 1
        except TRANSIENT:
            raise
        except Exception as error:
            place = f"{message.topic}/{message.partition}@{message.offset}"
            what = f"The projection {self._reaction.name} fails at {place} with {type(error).__name__}"
            raise CannotCopy(f"{what}: nothing was changed.") from error

    def _keep(self, messages: Sequence[Message]) -> None:
        if not messages:
            return
        prepare_for(self._reaction, messages)

        def keep(session: ClientSession) -> None:
            self._projection.keep([(self._on_behalf(session, message), message) for message in messages])

        run_transaction(self._client, keep)

    def _on_behalf(self, session: ClientSession, message: Message) -> Transaction:
        now = message.time or SystemClock().now()
        return _Silent(session, self._shadow, self._service, message.tenant, now, Cause.message(message))


def _chunks(keys: Sequence[str]) -> Iterator[list[str]]:
    for first in range(0, len(keys), _ROWS_AT_ONCE):
        yield list(keys[first : first + _ROWS_AT_ONCE])
