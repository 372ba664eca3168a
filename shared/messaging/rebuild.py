"""A projection anew from the log, while the old one serves.

The log is read from its beginning into shadow collections, again and again up to where it ends by then. Then the gates
of the projection close, so that its worker waits; what came last is read; the shadows take the place of the old
collections; the gates open. Readers see the old copy or the new one.

**The new copy stands where the worker stands.** Of a key it holds the state of the version that the worker has handled
last (`inbox_versions`), never a later one: the worker still has to see that one change the copy, for it may have to
tell somebody. So nothing is told by a rebuild, nothing is left untold, and what the versions remember stays as it is,
the erased above all: whatever the log still says of them is passed over.

What the log cannot give is not guessed: documents of the erased are carried over from the old copy, and so are those
of a key of which the log has only what the worker has not handled yet. A key that the log does not have at all stops
the rebuild, unless the caller wants such keys left out. A document of a key that no version is remembered of is not
one of the projection's, and goes.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import StrEnum

from kafka import TopicPartition
from pymongo import MongoClient
from pymongo.client_session import ClientSession
from pymongo.database import Database
from pymongo.errors import OperationFailure

from shared.contracts import registry
from shared.errors import IthacaError
from shared.messaging import gate
from shared.messaging.copying import Copying
from shared.messaging.lease import Lease, LeaseLost
from shared.messaging.log import Log
from shared.messaging.reactions import Projection, Reaction
from shared.messaging.shadow import Shadow
from shared.settings import Settings
from shared.storage.client import Document
from shared.storage.migrations import Index, migrate
from shared.storage.transaction import run_transaction

_MOST_GOES = 5
_FEW = 1000
"""Offsets: so few are read while the worker waits."""

_NO_SUCH_COLLECTION = 26


class NoProjection(IthacaError):
    """The service has none of that name."""


class AlreadyRebuilding(IthacaError):
    """Another rebuild of the projection is at it."""


class NotOnTheLog(IthacaError):
    """The log lacks keys that the old copy has."""


class ElsewhereToo(IthacaError):
    """The projection writes to a collection that it does not declare."""


class HeldUp(IthacaError):
    """This rebuild stood still for so long that its right to swap passed on."""


class Stage(StrEnum):
    """Where a rebuild is."""

    READING = "reading"
    CATCHING_UP = "catching up"
    CLOSING = "closing"
    """The gates are still open."""
    SWAPPING = "swapping"
    """The gates are closed, and the copy is complete."""


Progress = Callable[[Stage, int, int], None]
"""Told the stage, how many offsets of it are done, and how many there are."""


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What came of it: the documents of each collection; keys carried over, left out; records refused as invalid."""

    documents: Mapping[str, int]
    carried: int
    left_out: int
    refused: int


def projections(reactions: Sequence[Reaction]) -> list[str]:
    """The names of those that can be rebuilt."""
    return [reaction.name for reaction in reactions if reaction.projection is not None]


class Rebuild:
    """The rebuilding of the projections of one service.

    `over` gives the service's reactions with their store in whatever database it is handed.
    """

    def __init__(
        self,
        settings: Settings,
        client: MongoClient[Document],
        database: Database[Document],
        service: str,
        over: Callable[[Database[Document]], Sequence[Reaction]],
        indexes: Sequence[Index],
    ) -> None:
        self._settings = settings
        self._client = client
        self._database = database
        self._service = service
        self._over = over
        self._indexes = indexes

    def run(self, name: str, progress: Progress, *, leave_out_missing: bool = False) -> Rebuilt:
        """Rebuilds the projection of that name; broken off at any point, it leaves the old one as it is.

        Raises NoProjection, AlreadyRebuilding, NotOnTheLog, ElsewhereToo, HeldUp, `copying.CannotCopy`, and what
        kafka-python and pymongo raise.
        """
        known = projections(self._over(self._database))
        if name not in known:
            what = f"It has {', '.join(known)}." if known else "It has none."
            raise NoProjection(f"{self._service} has no projection {name}. {what}")
        held = gate.acquire(self._database, name)
        if held is None:
            raise AlreadyRebuilding(
                f"A rebuild of {name} is under way, or was killed less than {gate.LEASE_SECONDS:.0f} s ago."
            )
        try:
            return self._run(name, held, progress, leave_out_missing)
        finally:
            held.release()

    def _run(self, name: str, held: Lease, progress: Progress, leave_out_missing: bool) -> Rebuilt:
        shadow = Shadow(self._database, name, held.epoch)
        try:
            [reaction] = [each for each in self._over(shadow) if each.name == name]
            if reaction.projection is None:  # pragma: no cover - the names come from those that have one
                raise NoProjection(name)
            self._make(shadow, reaction.projection)
            topics = sorted({registry.get(each).topic.name for each in reaction.types})
            copying = Copying(self._client, shadow, self._service, reaction, reaction.projection)
            with Log(self._settings, topics) as log:
                swap = _Swap(self, log, copying, held, shadow, reaction, reaction.projection, progress)
                return swap.run(leave_out_missing)
        except LeaseLost as error:
            raise HeldUp(f"The rebuild of {name} was held up for too long and stopped: run it again.") from error
        finally:
            shadow.drop()

    def _make(self, shadow: Shadow, projection: Projection) -> None:
        """Makes the collections and their indexes: inside a transaction they would come without."""
        for collection in projection.collections:
            self._database.create_collection(collection + shadow.suffix)
        wanted = [each for each in self._indexes if each.collection in projection.collections]
        migrate(self._database, [replace(each, collection=each.collection + shadow.suffix) for each in wanted])

    @property
    def group(self) -> str:
        """The consumer group of the service's workers."""
        return f"{self._settings.topic_prefix}{self._service}"

    def transact(self, work: Callable[[ClientSession], None]) -> None:
        """Runs it as a transaction."""
        run_transaction(self._client, work)


@dataclass(slots=True)
class _Swap:
    """One rebuild: the goes over the log, and the swap."""

    rebuild: Rebuild
    log: Log
    copying: Copying
    held: Lease
    shadow: Shadow
    reaction: Reaction
    projection: Projection
    progress: Progress

    def run(self, leave_out_missing: bool) -> Rebuilt:
        place = self.log.begins()
        for number in range(_MOST_GOES):
            stage = Stage.CATCHING_UP if number else Stage.READING
            place, passed = self._go(stage, place)
            if passed <= _FEW:
                break
        self.progress(Stage.CLOSING, 0, 0)
        self._renew(at_once=True)
        live, name = self.shadow.live, self.reaction.name
        places = [self.log.place(partition) for partition in self.log.partitions]
        try:
            self.rebuild.transact(lambda session: gate.close(session, self.held, live, name, places))
            self._go(Stage.CATCHING_UP, place)
            return self._swap(leave_out_missing)
        finally:
            self._reopen()

    def _go(self, stage: Stage, start: Mapping[TopicPartition, int]) -> tuple[dict[TopicPartition, int], int]:
        """Reads up to the end; where to go on from, and how many offsets that were new were passed."""
        handled = {self.log.place(part): offset for part, offset in self.log.handled(self.rebuild.group).items()}
        ends = self.log.ends()
        total = sum(max(0, ends[part] - start[part]) for part in ends)
        self.copying.begin()
        for records, passed in self.log.read(start, ends):
            self._renew()
            self.copying.take(records, handled)
            self.progress(stage, passed, total)
        waiting = self.copying.waiting
        return {part: waiting.get(self.log.place(part), max(start[part], ends[part])) for part in ends}, total

    def _swap(self, leave_out_missing: bool) -> Rebuilt:
        carried, missing = self.copying.lacking()
        if missing and not leave_out_missing:
            raise NotOnTheLog(
                f"The log has nothing of {len(missing)} keys that {self.reaction.name} knows, {missing[0]} among them."
            )
        self.copying.carry_over(carried)
        self.copying.leave_out(missing)
        if strange := self.shadow.written() - self.projection.collections.keys():
            names = ", ".join(sorted(strange))
            raise ElsewhereToo(f"The projection {self.reaction.name} writes to {names}, which it does not declare.")
        documents = {name: self.shadow[name].estimated_document_count() for name in self.projection.collections}
        self.progress(Stage.SWAPPING, 0, 0)
        self._renew(at_once=True)
        for name in self.projection.collections:
            # Whoever takes the right to swap from us drops the shadow before the gates open: then this fails.
            self._renew()
            try:
                self.shadow[name].rename(name, dropTarget=True)
            except OperationFailure as error:
                if error.code == _NO_SUCH_COLLECTION:
                    raise LeaseLost(self.held.name) from error
                raise
        self.copying.remember()
        return Rebuilt(documents, len(carried), len(missing), self.copying.refused)

    def _renew(self, *, at_once: bool = False) -> None:
        if (at_once or self.held.past_half()) and not self.held.renew():
            raise LeaseLost(self.held.name)
        if not self.held.alive():
            raise LeaseLost(self.held.name)

    def _reopen(self) -> None:
        live, name = self.shadow.live, self.reaction.name
        with suppress(LeaseLost):  # whoever has the lease now has opened them
            self.rebuild.transact(lambda session: gate.reopen(session, self.held, live, name))
