"""From Kafka records to effects: a batch is one transaction; a batch that fails is split down to the culprit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from pymongo.errors import ConnectionFailure

from shared.contracts import registry
from shared.contracts.topic import OUTSIDE
from shared.errors import Fault, Invalid, Unavailable
from shared.messaging import dead, envelope, inbox, tracing
from shared.messaging.cause import Cause
from shared.messaging.dead import Record
from shared.messaging.envelope import Message, Unreadable
from shared.messaging.reactions import Kind, Reaction, by_type
from shared.messaging.unit_of_work import Transaction, UnitOfWork
from shared.storage.transaction import TRANSIENT
from shared.telemetry import logs, metrics

QUICK_TRIES = 3
NO_TENANT = ""
"""Whose a message is that could not be read far enough to tell."""

_log = logs.logger(__name__)


class HandlerFailed(Exception):
    """A handler keeps failing for this record: it and everything behind it in its partition has to wait."""

    def __init__(self, record: Record, reaction: str, attempts: int) -> None:
        super().__init__(f"{reaction} at {record.topic}/{record.partition}@{record.offset}")
        self.record = record
        self.reaction = reaction
        self.attempts = attempts


@dataclass(frozen=True, slots=True)
class _Step:
    """One reaction to one message: the smallest thing a batch can be split to."""

    record: Record
    message: Message
    reaction: Reaction


@dataclass(frozen=True, slots=True)
class _Refused:
    """A record that nothing can be done with."""

    record: Record
    tenant: str
    reason: str
    faults: Sequence[Fault]


class Handling:
    """A service's reactions, applied to records; holds no state of its own, so any number of workers agree."""

    def __init__(self, unit_of_work: UnitOfWork, reactions: Sequence[Reaction], service: str) -> None:
        self._unit_of_work = unit_of_work
        self._reactions: Mapping[str, Sequence[Reaction]] = by_type(reactions)
        self._service = service

    def topics(self) -> list[str]:
        """The topics, without prefix, that the reactions need."""
        return sorted({registry.get(name).topic.name for name in self._reactions})

    def handle(self, records: Sequence[Record]) -> None:
        """Makes all effects of the records of one partition, in their order; bad records go aside as dead.

        Raises HandlerFailed for the first record whose handler keeps failing, after everything before it is done;
        PyMongoError or Unavailable when the database is away.
        """
        pending: list[_Step] = []
        for record in records:
            read = self._read(record)
            if isinstance(read, _Refused):
                self._apply(pending)
                pending = []
                self._refuse(read)
            elif read is not None:
                pending.extend(_Step(record, read, reaction) for reaction in self._reactions.get(read.type, ()))
        self._apply(pending)

    def replay(self, record: Record, reaction: str | None) -> Sequence[Fault]:
        """Handles one dead record again, for the named reaction or for all; the faults it still has.

        What was applied before, or is older than what is known, changes nothing. Raises what the handler raises.
        """
        read = self._read(record)
        if isinstance(read, _Refused):
            return read.faults
        if read is None:
            return ()
        try:
            for each in self._reactions.get(read.type, ()):
                if reaction in (None, each.name):
                    self._run((_Step(record, read, each),))
        except Invalid as error:
            return error.faults
        return ()

    def _read(self, record: Record) -> Message | _Refused | None:
        """The message, checked, or why nothing can be done with it; None for one that is no business of ours."""
        tenant = NO_TENANT
        try:
            message = envelope.read(
                topic=record.topic,
                partition=record.partition,
                offset=record.offset,
                timestamp=record.timestamp,
                key=record.key,
                value=record.value,
                headers=record.headers,
            )
        except Unreadable as error:
            return _Refused(record, tenant, error.reason, (Fault(error.pointer, error.reason),))
        kind = registry.find(message.type)
        if kind is None or kind.name != message.type or kind.topic.name != record.topic:
            return self._unknown(record, message)
        if faults := kind.faults(message.data):
            return _Refused(record, message.tenant, f"The data is not a valid {message.type}.", faults)
        if message.version is None and any(r.guarded_by_version(message) for r in self._reactions.get(kind.name, ())):
            detail = "The attribute aggregateversion is missing: this topic is applied by version."
            return _Refused(record, message.tenant, detail, (Fault("ce_aggregateversion", detail),))
        return message

    def _unknown(self, record: Record, message: Message) -> _Refused | None:
        """A type this code does not know here: on the public door a fault, elsewhere a newer writer's, left alone."""
        if OUTSIDE not in registry.topic(record.topic).written_by:
            return None
        detail = f"The type {message.type} is not one of {record.topic}."
        return _Refused(record, message.tenant, detail, (Fault("ce_type", detail),))

    def _refuse(self, refused: _Refused, reaction: str | None = None, attempts: int = 1) -> None:
        topic = registry.topic(refused.record.topic)
        if reaction is None and OUTSIDE in topic.written_by and self._service not in topic.written_by:
            # The publisher is told once, by the service that keeps the door; what our own handler refuses is ours.
            metrics.BAD_MESSAGES_SKIPPED.labels(topic.name).inc()
            _log.info("bad_message_skipped", topic=topic.name, offset=refused.record.offset)
            return
        metrics.MESSAGES_DEAD.labels(topic.name).inc()
        _log.warning(
            "message_dead",
            topic=topic.name,
            partition=refused.record.partition,
            offset=refused.record.offset,
            reaction=reaction,
            pointers=[fault.pointer for fault in dead.shown(refused.faults)],
        )
        self._unit_of_work.run(
            lambda transaction: dead.put_aside(
                transaction,
                refused.record,
                reaction=reaction,
                reason=refused.reason,
                faults=refused.faults,
                attempts=attempts,
            ),
            tenant=refused.tenant,
        )

    def _apply(self, steps: Sequence[_Step]) -> None:
        if not steps:
            return
        try:
            self._run(steps)
        except ConnectionFailure:
            raise
        except Exception as error:
            # Too many at once may be this batch's own doing: fewer rows and less time get through where many do not.
            if len(steps) > 1:
                middle = len(steps) // 2
                self._apply(steps[:middle])
                self._apply(steps[middle:])
            elif isinstance(error, Unavailable):
                raise
            else:
                self._culprit(steps[0], error)

    def _run(self, steps: Sequence[_Step]) -> None:
        """One transaction for all; again from the start where another worker handled some of them meanwhile."""
        while True:
            try:
                with metrics.BATCH_SECONDS.time():
                    applied = self._unit_of_work.run(lambda transaction: _make(transaction, steps), tenant=NO_TENANT)
            except inbox.HandledElsewhere:
                continue
            made = {id(step) for step in applied}
            for step in steps:
                counter = metrics.MESSAGES_HANDLED if id(step) in made else metrics.MESSAGES_SKIPPED
                counter.labels(step.reaction.name).inc()
            return

    def _culprit(self, step: _Step, error: Exception) -> None:
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
                raise HandlerFailed(step.record, step.reaction.name, attempts) from error
            attempts += 1
            try:
                self._run((step,))
            except TRANSIENT:
                raise
            except Exception as again:
                error = again
            else:
                return
        refused = _Refused(step.record, step.message.tenant, error.detail, error.faults)
        self._refuse(refused, step.reaction.name, attempts)


def _make(transaction: Transaction, steps: Sequence[_Step]) -> Sequence[_Step]:
    """Makes the effects not made yet, and remembers them, inbox rows first; returns what was applied."""
    database, session = transaction.database, transaction.session
    guarded = [(inbox.version_id(s.reaction, s.message), s) for s in steps if s.reaction.guarded_by_version(s.message)]
    once = [(inbox.row_id(s.reaction, s.message), s) for s in steps if not s.reaction.guarded_by_version(s.message)]

    known = inbox.known_ids(database, session, {identifier for identifier, _ in once}) if once else set()
    fresh = {identifier: step for identifier, step in reversed(once) if identifier not in known}
    inbox.remember_ids(database, session, [(row, step.message) for row, step in fresh.items()], transaction.now)

    versions = inbox.known_versions(database, session, {key for key, _ in guarded}) if guarded else {}
    newer: list[_Step] = []
    newest: dict[str, _Step] = {}
    for key, step in guarded:
        if (version := step.message.version or 0) > versions.get(key, -1):
            versions[key] = version
            newer.append(step)
            newest[key] = step
    inbox.remember_versions(database, session, [(key, step.message) for key, step in newest.items()])

    last = {id(step) for step in newest.values()}
    wanted = {id(step) for step in fresh.values()} | {
        id(step) for step in newer if step.reaction.kind is Kind.EFFECT or id(step) in last
    }
    applied = [step for step in steps if id(step) in wanted]
    for reaction, neighbors in groupby(applied, key=lambda step: step.reaction):
        messages = [(_on_behalf(transaction, step.message), step.message) for step in neighbors]
        if reaction.handle_many is not None:
            with tracing.handling_many(reaction.name, messages) as followed:
                reaction.handle_many(followed)
        else:
            for on_behalf, message in messages:
                with tracing.handling(reaction.name, message):
                    reaction.handle(on_behalf, message)
    return applied


def _on_behalf(transaction: Transaction, message: Message) -> Transaction:
    return transaction.within(tenant=message.tenant, cause=Cause.message(message))
