"""What an operator decides of a letter: have it handled again, or give it up. A worker does the handling."""

from typing import NoReturn

from shared.errors import Conflict
from shared.messaging import letters, parking
from shared.messaging.letters import Letter
from shared.messaging.unit_of_work import Transaction
from shared.storage.client import Document


def replay(transaction: Transaction, identifier: str) -> None:
    """Asks a worker of the service to handle it now; once it is handled, those that wait behind it follow in order.

    Raises NotFound, and Conflict where it is settled already, or waits behind another.
    """
    letter = letters.get(transaction.database, identifier, transaction.session)
    if letter.state == letters.DEAD:
        _move(transaction, letter, {"state": letters.REPLAYING, "due_at": transaction.now})
    elif letter.state == letters.PARKED and letter.due_at is not None:
        _move(transaction, letter, {"due_at": transaction.now})
    else:
        _refuse(transaction, letter)
    parking.touch(transaction, letter)


def drop(transaction: Transaction, identifier: str) -> None:
    """Gives it up for good: it stays listed as dropped until it expires, and what waits behind it has its turn.

    Raises NotFound, and Conflict where it is settled already, or being handled.
    """
    letter = letters.get(transaction.database, identifier, transaction.session)
    if letter.state not in (letters.DEAD, letters.PARKED):
        _refuse(transaction, letter)
    give_up(transaction, letter)


def give_up(transaction: Transaction, letter: Letter) -> None:
    """Drops a letter that was read in this transaction or is claimed. Raises Conflict where it was settled since."""
    schedule = letters.schedule(letters.DROPPED, None, letter.barrier, letter.at)
    _move(transaction, letter, {"state": letters.DROPPED, **schedule})
    if letter.state == letters.PARKED and letter.due_at is None:
        parking.touch(transaction, letter)
    else:
        parking.release(transaction, letter)


def _move(transaction: Transaction, letter: Letter, change: Document) -> None:
    moved = transaction.database[letters.COLLECTION].update_one(
        {"_id": letter.id, "state": letter.state}, {"$set": change}, session=transaction.session
    )
    if moved.matched_count != 1:
        _refuse(transaction, letter)


def _refuse(transaction: Transaction, letter: Letter) -> NoReturn:
    if letter.state == letters.PARKED:
        head = transaction.database[letters.COLLECTION].find_one(
            {"barrier": letter.barrier, "state": {"$in": letters.OPEN}},
            sort=[("offset", 1)],
            session=transaction.session,
        )
        behind = "an earlier one of its key" if head is None else head["_id"]
        raise Conflict(f"{letter.id} waits behind {behind}: that one comes first.")
    raise Conflict(f"{letter.id} is {letter.state}: nothing to do.")
