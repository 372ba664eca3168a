"""The hold on an upload's `Idempotency-Key`: a lease, renewed while the upload is taken in.

An upload commits many transactions and its key can be the row of none of them. So the key is held beside them, and a
process that dies with it in hand gives it up within seconds: its client, which saw the connection break, sends the
same again.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from pymongo.collection import Collection
from pymongo.errors import DuplicateKeyError, PyMongoError

from shared.clock import Clock
from shared.ids import new_id
from shared.storage.client import Document

HELD = timedelta(seconds=15)
"""From the last renewal until another request may take the key over."""

_RENEW_SECONDS = 3.0


class Hold:
    """A key in our hands, as far as anybody knows: one that was paused for too long finds it passed on."""

    def __init__(self, rows: Collection[Document], row: Document, clock: Clock) -> None:
        self._rows = rows
        self._clock = clock
        self._row = row
        self._ours = {"_id": row["_id"], "holder": new_id()}

    def take(self) -> bool:
        """Whether it is ours now: nobody has it, or whoever had it was not heard of for too long."""
        held = self._held()
        try:
            self._rows.insert_one(self._row | held)
        except DuplicateKeyError:
            stale = {"_id": self._row["_id"], "status": {"$exists": False}, "held_until": {"$lt": self._clock.now()}}
            return self._rows.update_one(stale, {"$set": held}).matched_count == 1
        return True

    @contextmanager
    def renewed(self) -> Iterator[None]:
        """Keeps it for as long as the `with` lasts."""
        done = threading.Event()

        def renew() -> None:
            while not done.wait(_RENEW_SECONDS):
                try:
                    self._rows.update_one(self._ours, {"$set": self._held()})
                except PyMongoError:
                    continue  # the database is away: the upload itself will say so

        thread = threading.Thread(target=renew, name="hold", daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()

    def answer(self, answered: Document) -> None:
        """Makes the hold the answer that later requests get, where it is still ours."""
        self._rows.update_one(self._ours, {"$set": answered, "$unset": {"held_until": "", "holder": ""}})

    def give_up(self) -> None:
        """Lets the next request with the key in."""
        self._rows.delete_one(self._ours)

    def _held(self) -> Document:
        return {"holder": self._ours["holder"], "held_until": self._clock.now() + HELD}
