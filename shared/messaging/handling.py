"""From Kafka records to effects: a batch is one transaction; a batch that fails is split down to the culprit.

The culprit is tried again at once, then parked, so that its partition flows on. A message that can never be handled is
dead at once. When parking becomes the rule, the breaker stops the reaction instead.
"""

import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import PurePath

from pymongo.errors import ConnectionFailure

from shared.contracts import registry
from shared.contracts.topic import OUTSIDE
from shared.errors import Invalid, Unavailable
from shared.messaging import dead, inbox, letters, parking
from shared.messaging.applying import Step, apply, prepare, take
from shared.messaging.breaker import BreakerOpen, Breakers
from shared.messaging.envelope import Message
from shared.messaging.gate import GateClosed
from shared.messaging.holders import Holder
from shared.messaging.letters import Letter
from shared.messaging.patience import Patience
from shared.messaging.reactions import Reaction, by_type
from shared.messaging.reading import NO_TENANT, Refused, read
from shared.messaging.record import Record
from shared.messaging.unit_of_work import Transaction, UnitOfWork
from shared.storage.readiness import answers
from shared.storage.transaction import TRANSIENT
from shared.telemetry import logs, metrics

QUICK_TRIES = 3
_MOST = 500
_LARGEST_BATCH = 8 * 1024 * 1024
_LONGEST_BATCH_SECONDS = 10.0
"""A transaction that takes longer makes the next ones smaller: they hold locks, and the server ends them at 60 s."""

_LOOKS = 20
"""So many batches look into the inbox first after one that met a message handled before: more of them may follow."""

_log = logs.logger(__name__)


class NoSuchReaction(Exception):
    """A letter's reaction is not of this version: of an older one beside the newer, or of one that dropped it.

    No fault of the message: its key stays barred, or what waits behind it would overtake it.
    """


class Handling:
    """A service's reactions, applied to records.

    What it remembers between them makes it quicker or slower and nothing else: all that counts is in the database.
    """

    def __init__(
        self,
        unit_of_work: UnitOfWork,
        reactions: Sequence[Reaction],
        service: str,
        *,
        patience: Patience | None = None,
        breakers: Breakers | None = None,
    ) -> None:
        self._unit_of_work = unit_of_work
        self._reactions: Mapping[str, Sequence[Reaction]] = by_type(reactions)
        self._service = service
        self._breakers = breakers or Breakers(unit_of_work.database)
        self._most = _MOST
        self._looking = 0
        self.patience = patience or Patience()

    def holding(self) -> AbstractContextManager[Holder]:
        """This thread says which partitions it handles: nobody will have to wait for what it leaves open."""
        return self._unit_of_work.holding()

    def topics(self) -> list[str]:
        """The topics, without prefix, that the reactions need."""
        return sorted({registry.get(name).topic.name for name in self._reactions})

    def handle(self, records: Sequence[Record], *, patient: bool = True) -> None:
        """Makes all effects of the records of one partition, in their order; what cannot be handled goes aside.

        Raises BreakerOpen for the first record whose reaction is stopped, after everything before it is done;
        PyMongoError or Unavailable when the database is away. Not `patient`, a database that answers and still fails
        for one message counts as that message's handler failing.
        """
        self._breakers.refresh()
        for batch in self._read_ahead(records):
            pending: list[Step] = []
            for record, found in batch:
                if isinstance(found, Refused):
                    self._apply(pending, patient)
                    pending = []
                    self._refuse(found)
                elif found is not None:
                    pending.extend(Step(record, found, reaction) for reaction in self._reactions.get(found.type, ()))
            self._apply(pending, patient)

    def _read_ahead(self, records: Sequence[Record]) -> Iterator[Sequence[tuple[Record, Message | Refused | None]]]:
        """The records by the batch, read; each batch while the one before it waits for the database."""

        def read_from(begin: int) -> list[tuple[Record, Message | Refused | None]]:
            return [(record, read(record, self._reactions)) for record in records[begin : begin + _MOST]]

        if len(records) <= _MOST:
            yield read_from(0)
            return
        with ThreadPoolExecutor(1, "read-ahead") as reader:
            ahead = reader.submit(read_from, 0)
            for begin in range(_MOST, len(records), _MOST):
                batch, ahead = ahead.result(), reader.submit(read_from, begin)
                yield batch
            yield ahead.result()

    def again(self, letter: Letter, settle: Callable[[Transaction], None]) -> None:
        """Handles a letter's record once more, in one transaction with `settle`, which writes what became of it.

        A letter that a reaction left is the only place from where its message can still be applied: its inbox row
        was written with it. Raises Invalid where it still cannot be handled, NoSuchReaction, BreakerOpen while its
        reaction is stopped (an operator's replay is tried all the same), and what the handler raises.
        """
        found = read(letter.record, self._reactions)
        if isinstance(found, Refused):
            raise Invalid(found.faults, found.reason)
        if letter.reaction is None:
            if found is not None:
                for reaction in self._reactions.get(found.type, ()):
                    self._run((Step(letter.record, found, reaction),))
            self._unit_of_work.run(settle, tenant=letter.tenant)
            return
        named = [] if found is None else [r for r in self._reactions.get(found.type, ()) if r.name == letter.reaction]
        if found is None or not named:
            raise NoSuchReaction(f"This version has no reaction {letter.reaction} to it.")
        [reaction] = named
        self._breakers.refresh()
        trial = letter.state != letters.REPLAYING and self._breakers.is_open(reaction.name)
        if trial and not self._breakers.take_trial(reaction.name):
            raise BreakerOpen(reaction.name, letter.record)
        if not self._run((Step(letter.record, found, reaction),), settle) and trial:
            self._breakers.give_back(reaction.name)

    def _refuse(self, refused: Refused, culprit: Step | None = None, attempts: int = 1) -> None:
        topic = registry.topic(refused.record.topic)
        if culprit is None and OUTSIDE in topic.written_by and self._service not in topic.written_by:
            # The publisher is told once, by the service that keeps the door; what our own handler refuses is ours.
            metrics.BAD_MESSAGES_SKIPPED.labels(topic.name).inc()
            _log.info("bad_message_skipped", topic=topic.name, offset=refused.record.offset)
            return
        reaction = None if culprit is None else culprit.reaction.name

        def bury(transaction: Transaction) -> bool:
            if culprit is not None:
                take(transaction, culprit)
            return dead.bury(
                transaction,
                refused.record,
                reaction=reaction,
                reason=refused.reason,
                faults=refused.faults,
                attempts=attempts,
            )

        try:
            new = self._unit_of_work.run(bury, tenant=refused.tenant)
        except inbox.HandledElsewhere:
            return  # it is settled, by whoever was quicker
        if not new:
            return
        metrics.MESSAGES_DEAD.labels(topic.name).inc()
        _log.warning(
            "message_dead",
            topic=topic.name,
            partition=refused.record.partition,
            offset=refused.record.offset,
            reaction=reaction,
            faults=len(refused.faults),  # and not where: a pointer may hold a key that the publisher chose
        )

    def _apply(self, steps: Sequence[Step], patient: bool) -> None:
        for batch in _batches(steps, self._most):
            self._attempt(batch, patient)

    def _attempt(self, steps: Sequence[Step], patient: bool) -> None:
        while (stopped := self._stopped(steps)) is not None:
            self._attempt(steps[:stopped], patient)
            self._trial(steps[stopped])
            steps = steps[stopped + 1 :]
        if not steps:
            return
        try:
            self._run(steps)
        except Exception as error:
            if isinstance(error, ConnectionFailure) and (patient or not self.database_answers()):
                raise
            # Too many at once may be this batch's own doing: fewer rows and less time get through where many do not.
            if len(steps) > 1:
                middle = len(steps) // 2
                self._attempt(steps[:middle], patient)
                self._attempt(steps[middle:], patient)
            elif isinstance(error, GateClosed) or (patient and isinstance(error, Unavailable)):
                raise
            else:
                self._culprit(steps[0], error, patient)

    def _stopped(self, steps: Sequence[Step]) -> int | None:
        """Where the first of them is whose reaction is stopped."""
        return next((at for at, step in enumerate(steps) if self._breakers.is_open(step.reaction.name)), None)

    def _trial(self, step: Step) -> None:
        """One message for a reaction that is stopped, if it is time for it. Raises BreakerOpen unless it is settled."""
        if not self._breakers.take_trial(step.reaction.name):
            raise BreakerOpen(step.reaction.name, step.record)
        try:
            if not self._run((step,)):
                self._breakers.give_back(step.reaction.name)
        except Invalid as error:
            self._refuse(Refused(step.record, step.message.tenant, error.detail, error.faults), step)
        except TRANSIENT:
            raise
        except Exception as error:
            _log.error("breaker_stays_open", reaction=step.reaction.name, exc_info=error)
            raise BreakerOpen(step.reaction.name, step.record) from error

    def _run(self, steps: Sequence[Step], settle: Callable[[Transaction], None] | None = None) -> bool:
        """One transaction for all; again from the start where another worker handled some of them meanwhile.

        Whether any was applied, and not known already or put behind others of its key.
        With `settle` it is the one step of a letter, which holds the message already.
        """

        def work(transaction: Transaction) -> Sequence[Step]:
            applied = apply(transaction, steps, look=look, taken=settle is not None)
            if settle is not None:
                settle(transaction)
            return applied

        prepare(self._unit_of_work.database, steps)
        look = self._looking > 0
        self._looking -= look
        while True:
            begun = time.monotonic()
            try:
                with metrics.BATCH_SECONDS.time():
                    applied = self._unit_of_work.run(work, tenant=NO_TENANT)
            except inbox.HandledElsewhere:
                look, self._looking = True, _LOOKS
                continue
            finally:
                if settle is None:
                    self._suit(len(steps), time.monotonic() - begun)
            break
        handled = Counter(step.reaction.name for step in applied)
        for name, number in Counter(step.reaction.name for step in steps).items():
            metrics.MESSAGES_HANDLED.labels(name).inc(handled[name])
            metrics.MESSAGES_SKIPPED.labels(name).inc(number - handled[name])
        self._breakers.succeeded(handled)
        return bool(applied)

    def _suit(self, size: int, seconds: float) -> None:
        """Makes the next batches as large as the last one was quick."""
        if seconds > _LONGEST_BATCH_SECONDS:
            self._most = max(1, size // 2)
        elif size >= self._most:
            self._most = min(_MOST, self._most * 2)

    def _culprit(self, step: Step, error: Exception, patient: bool) -> None:
        attempts = 1
        while not isinstance(error, Invalid):
            metrics.MESSAGES_RETRIED.labels(step.reaction.name).inc()
            _log.error(
                "handler_failed",
                reaction=step.reaction.name,
                topic=step.record.topic,
                partition=step.record.partition,
                offset=step.record.offset,
                attempts=attempts,
                exc_info=error,
            )
            if attempts == QUICK_TRIES:
                self._park(step, error, attempts, patient)
                return
            attempts += 1
            try:
                self._run((step,))
            except Exception as again:
                if isinstance(again, GateClosed) or (patient and isinstance(again, TRANSIENT)):
                    raise
                error = again
            else:
                return
        self._refuse(Refused(step.record, step.message.tenant, error.detail, error.faults), step, attempts)

    def _park(self, step: Step, error: Exception, attempts: int, patient: bool) -> None:
        def park(transaction: Transaction) -> bool:
            take(transaction, step)
            parked = parking.park_head(
                transaction,
                step.record,
                step.reaction.name,
                parking.barrier_of(step.reaction, step.message),
                reason=failure(error),
                attempts=attempts,
                due_at=transaction.now + self.patience.pause(0),
            )
            if parked:
                self._breakers.failed(transaction, step.reaction.name)
            return parked

        try:
            parked = self._unit_of_work.run(park, tenant=step.message.tenant)
        except inbox.HandledElsewhere:
            self._attempt((step,), patient)
            return
        if parked:
            metrics.MESSAGES_PARKED.labels(step.reaction.name).inc()
            _log.error(
                "message_parked", reaction=step.reaction.name, topic=step.record.topic, offset=step.record.offset
            )
        self._breakers.refresh(at_once=True)

    def database_answers(self) -> bool:
        """Whether it does now, within a second."""
        return answers(self._unit_of_work.database)


def failure(error: Exception) -> str:
    """What an operator is told of a handler's failure: its kind and its place, nothing of the message's content."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {PurePath(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return f"The handler failed: {type(error).__name__}{place}."


def _batches(steps: Sequence[Step], most: int) -> Iterator[Sequence[Step]]:
    """The steps in their order, at most so many at once, and so many that their records have at most 8 MiB."""
    begun = size = 0
    for at, step in enumerate(steps):
        size += len(step.record.value or b"")
        if (size > _LARGEST_BATCH and at > begun) or at - begun == most:
            yield steps[begun:at]
            begun, size = at, len(step.record.value or b"")
    if begun < len(steps):
        yield steps[begun:]
