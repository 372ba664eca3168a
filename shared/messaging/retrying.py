"""Trying parked messages again, and those that an operator has replayed: due work of every worker of the service.

The claim on a head is the lease of its key: one worker tries it, and what waits behind it has its turn only then.
"""

from collections.abc import Callable, Sequence
from datetime import timedelta

from shared.errors import Fault, Invalid
from shared.messaging import dead, letters, parking, replay
from shared.messaging.breaker import BreakerOpen
from shared.messaging.due import Claimed, DueWork
from shared.messaging.gate import GateClosed
from shared.messaging.handling import QUICK_TRIES, Handling, NoSuchReaction, failure
from shared.messaging.lease import LeaseLost
from shared.messaging.letters import Letter
from shared.messaging.patience import Patience
from shared.messaging.unit_of_work import Transaction, UnitOfWork
from shared.storage.transaction import TRANSIENT
from shared.telemetry import logs, metrics

_PATIENCE = timedelta(seconds=60)
"""So long the database may fail for a message that is due; if it answers even so, the message counts as failing."""

_log = logs.logger(__name__)

_Faults = Sequence[Fault]
_How = Callable[[Transaction, Letter], None]


def retries(handling: Handling) -> DueWork:
    """The due work for the letters of a service."""

    def perform(unit_of_work: UnitOfWork, claimed: Claimed) -> None:
        letter = Letter.from_document(claimed.document)
        if letter.state == letters.DEAD:
            _settle(unit_of_work, claimed, letter, replay.give_up)
            return
        try:
            handling.again(letter, lambda transaction: _handled(transaction, claimed, letter))
        except (GateClosed, LeaseLost):
            raise  # nobody's fault: the claim runs out, or has passed on
        except BreakerOpen:
            pause = handling.patience.pause(2)
            _settle(unit_of_work, claimed, letter, lambda t, _: _change(t, letter, {"due_at": t.now + pause}))
        except Invalid as error:
            reason, faults = error.detail, error.faults
            _settle(unit_of_work, claimed, letter, lambda t, each: _bury(t, each, reason, faults, lasting=False))
        except Exception as error:
            if isinstance(error, TRANSIENT) and (_lately_due(unit_of_work, letter) or not handling.database_answers()):
                raise
            metrics.MESSAGES_RETRIED.labels(letter.reaction or "").inc()
            _log.error("retry_failed", id=letter.id, reaction=letter.reaction, exc_info=error)
            told = str(error) if isinstance(error, NoSuchReaction) else failure(error)
            _settle(unit_of_work, claimed, letter, lambda t, each: _failed(t, handling.patience, each, told))

    return DueWork("retry_messages", letters.COLLECTION, perform, where={"state": {"$in": list(letters.OPEN)}})


def _lately_due(unit_of_work: UnitOfWork, letter: Letter) -> bool:
    """Whether it is too early to blame the message for a database that answers and fails for it all the same."""
    return letter.due_at is None or unit_of_work.clock.now() < letter.due_at + _PATIENCE


def _settle(unit_of_work: UnitOfWork, claimed: Claimed, letter: Letter, how: _How) -> None:
    """Writes what becomes of the letter, and then says so where it is dead: the transaction may run several times."""

    def work(transaction: Transaction) -> str:
        claimed.confirm(transaction.session)
        how(transaction, letter)
        return letters.get(transaction.database, letter.id, transaction.session).state

    if unit_of_work.run(work, tenant=letter.tenant) == letters.DEAD:
        metrics.MESSAGES_DEAD.labels(letter.record.topic).inc()
        _log.error("message_dead", id=letter.id, reaction=letter.reaction, topic=letter.record.topic)


def _handled(transaction: Transaction, claimed: Claimed, letter: Letter) -> None:
    """In the transaction of the effect: the letter is settled with it, or neither is."""
    claimed.confirm(transaction.session)
    if letter.state == letters.REPLAYING:
        schedule = letters.schedule(letters.REPLAYED, None, letter.barrier, letter.at)
        _change(transaction, letter, {"state": letters.REPLAYED, **schedule})
    else:
        gone = transaction.database[letters.COLLECTION].delete_one(
            {"_id": letter.id, "state": letter.state}, session=transaction.session
        )
        if gone.deleted_count != 1:
            raise LeaseLost(letters.COLLECTION)
    parking.release(transaction, letter)


def _failed(transaction: Transaction, patience: Patience, letter: Letter, reason: str) -> None:
    attempts = letter.attempts + 1
    if letter.state == letters.REPLAYING or attempts >= patience.attempts:
        _bury(transaction, letter, reason, (Fault("", reason),), lasting=True)
        return
    # Those that waited behind it were never tried before: their quick tries are these.
    pause = patience.pause(max(0, attempts - QUICK_TRIES))
    _change(transaction, letter, {"attempts": attempts, "due_at": transaction.now + pause, **letters.why(reason, ())})


def _bury(transaction: Transaction, letter: Letter, reason: str, faults: _Faults, *, lasting: bool) -> None:
    """Dead. `lasting`: its key stays barred until an operator decides; a message at fault holds nobody up."""
    barrier = letter.barrier if lasting else None
    attempts = letter.attempts + 1
    _change(
        transaction,
        letter,
        {
            "state": letters.DEAD,
            "attempts": attempts,
            "barrier": barrier,
            **letters.why(reason, faults),
            **letters.schedule(letters.DEAD, None, barrier, letter.at),
        },
    )
    if letter.state != letters.REPLAYING:  # it was announced when it died the first time
        dead.announce(transaction, letter.record, reason, faults, attempts)
    if lasting:
        parking.touch(transaction, letter)
    else:
        parking.release(transaction, letter)


def _change(transaction: Transaction, letter: Letter, change: dict[str, object]) -> None:
    changed = transaction.database[letters.COLLECTION].update_one(
        {"_id": letter.id, "state": letter.state}, {"$set": change}, session=transaction.session
    )
    if changed.matched_count != 1:
        raise LeaseLost(letters.COLLECTION)
