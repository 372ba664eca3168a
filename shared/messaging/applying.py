"""The effects of a batch, in one transaction: what is new and free is handled, what is barred is parked."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from pymongo.database import Database

from shared.messaging import inbox, parking, tracing
from shared.messaging.cause import Cause
from shared.messaging.envelope import Message
from shared.messaging.reactions import Kind, Reaction
from shared.messaging.record import Record
from shared.messaging.unit_of_work import Transaction
from shared.storage.client import Document
from shared.telemetry import logs, metrics

_log = logs.logger(__name__)

_FEW = 16
"""Versions that are raised one by one, without looking at them first: one round trip less, which few messages feel."""


@dataclass(frozen=True, slots=True)
class Step:
    """One reaction to one message: the smallest thing a batch can be split to."""

    record: Record
    message: Message
    reaction: Reaction


def take(transaction: Transaction, step: Step) -> None:
    """Makes the message ours for this reaction, whatever becomes of it. Raises HandledElsewhere where it is already."""
    if not step.reaction.guarded_by_version(step.message):
        row = (inbox.row_id(step.reaction, step.message), step.message)
        inbox.remember_ids(transaction.database, transaction.session, [row], transaction.now)


def prepare(database: Database[Document], steps: Sequence[Step]) -> None:
    """Has projections do beforehand what takes long. Raises what reading from the database does, and nothing else."""
    asking = [step for step in steps if step.reaction.projection and step.reaction.projection.prepare]
    for reaction, neighbors in groupby(asking, key=lambda step: step.reaction):
        prepare_for(reaction, _to_prepare(database, reaction, [step.message for step in neighbors]))


def prepare_for(reaction: Reaction, messages: Sequence[Message]) -> None:
    """Has the reaction prepare for all of these, or as many as it can."""
    copied = reaction.projection
    if copied is None or copied.prepare is None or not messages:
        return
    try:
        with metrics.HANDLING_SECONDS.labels(reaction.name).time():
            copied.prepare(messages)
    except Exception as error:  # whatever it is, the handler meets it, behind what keeps order and effects
        _log.info("not_prepared", reaction=reaction.name, error=type(error).__name__)


def _to_prepare(database: Database[Document], reaction: Reaction, messages: Sequence[Message]) -> Sequence[Message]:
    """Those that `apply` will choose; a log read once more would else cost as much as the first time."""
    newest: dict[str, Message] = {}
    for message in messages:
        key = inbox.version_id(reaction, message)
        newest[key] = max(newest.get(key, message), message, key=lambda each: each.version or 0)
    known = inbox.known_versions(database, None, newest)
    return [message for key, message in newest.items() if (message.version or 0) > known.get(key, -1)]


def apply(transaction: Transaction, steps: Sequence[Step], *, look: bool = True, taken: bool = False) -> Sequence[Step]:
    """Makes the effects not made yet, and remembers them, inbox rows first; returns what was applied.

    Not `look`: nobody is thought to have taken any of the messages, which is nearly always so and spares a reading of
    the inbox. `taken`: the steps come from letters, so that their inbox rows are there and no barrier is in their way.

    Raises HandledElsewhere where a message is taken after all: then it takes looking.
    """
    guarded: list[Step] = []
    once: list[Step] = []
    for step in steps:
        (guarded if step.reaction.guarded_by_version(step.message) else once).append(step)
    wanted = {id(step) for step in once} if taken else _fresh(transaction, once, look=look)
    wanted |= _newer(transaction, guarded, look=look)
    applied = [step for step in steps if id(step) in wanted]
    applied.sort(key=lambda step: step.reaction.apart)  # and else in the order they came in
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


def _fresh(transaction: Transaction, steps: Sequence[Step], *, look: bool) -> set[int]:
    """Those whose message nobody took before and whose key is not barred; what is barred is parked here."""
    if not steps:
        return set()
    database, session = transaction.database, transaction.session
    rows = [(inbox.row_id(step.reaction, step.message), step) for step in steps]
    known = inbox.known_ids(database, session, {row for row, _ in rows}) if look else set()
    fresh = {row: step for row, step in reversed(rows) if row not in known}
    inbox.remember_ids(database, session, [(row, step.message) for row, step in fresh.items()], transaction.now)
    barriers = {row: parking.barrier_of(step.reaction, step.message) for row, step in fresh.items()}
    wanted = {barrier for barrier in barriers.values() if barrier is not None}
    standing = parking.standing(database, session, wanted) if wanted else set()
    free: set[int] = set()
    for row, step in rows:
        if fresh.get(row) is not step:
            continue
        barrier = barriers[row]
        if barrier is not None and barrier in standing:
            parking.park_behind(_on_behalf(transaction, step.message), step.record, step.reaction.name, barrier)
        else:
            free.add(id(step))
    return free


def _newer(transaction: Transaction, steps: Sequence[Step], *, look: bool) -> set[int]:
    """Those with a newer version of their key than was applied: each for an effect, the newest for a projection."""
    if not steps:
        return set()
    database, session = transaction.database, transaction.session
    keys = [(inbox.version_id(step.reaction, step.message), step) for step in steps]
    look = look or len(keys) > _FEW
    known = inbox.known_versions(database, session, {key for key, _ in keys}) if look else {}
    versions = dict(known)
    newer: list[Step] = []
    oldest: dict[str, Step] = {}
    newest: dict[str, Step] = {}
    for key, step in keys:
        if (version := step.message.version or 0) > versions.get(key, -1):
            versions[key] = version
            newer.append(step)
            oldest.setdefault(key, step)
            newest[key] = step
    if look:
        inbox.remember_versions(database, session, [(key, step.message) for key, step in newest.items()], known)
    else:
        ends = [(key, oldest[key].message, step.message) for key, step in newest.items()]
        inbox.raise_versions(database, session, ends)
    last = {id(step) for step in newest.values()}
    return {id(step) for step in newer if step.reaction.kind is Kind.EFFECT or id(step) in last}


def _on_behalf(transaction: Transaction, message: Message) -> Transaction:
    return transaction.within(tenant=message.tenant, cause=Cause.message(message))
