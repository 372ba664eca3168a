"""One transaction, run again on what MongoDB calls transient, with jitter and a bound.

pymongo's own `with_transaction` retries at once and for two minutes: under fifty writers of one document that is a
storm. Here writers step back, and one that cannot get through says so while its client still listens.
"""

import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from contextvars import ContextVar
from typing import Any, TypeVar

import pymongo
from pymongo import MongoClient, ReadPreference, WriteConcern
from pymongo.client_session import ClientSession
from pymongo.errors import ConnectionFailure, OperationFailure, PyMongoError, ServerSelectionTimeoutError
from pymongo.read_concern import ReadConcern

from shared.errors import Unavailable
from shared.storage.client import Document

T = TypeVar("T")

TRANSIENT = (ConnectionFailure, Unavailable)
"""What means that the database is away or crowded, and not that the work itself is wrong."""

_FIRST_PAUSE = 0.002
_LONGEST_PAUSE = 0.1


_ends_at: ContextVar[float] = ContextVar("ends_at", default=float("inf"))
"""When what this thread is doing must have come to an end, by the monotonic clock."""

_session: ContextVar[ClientSession | None] = ContextVar("session", default=None)
"""Which session the transactions of this thread are in, one after the other."""


@contextmanager
def in_session(session: ClientSession) -> Iterator[None]:
    """What this thread does in transactions inside is in this session, but for one within another."""
    before = _session.set(session)
    try:
        yield
    finally:
        _session.reset(before)


def end_sessions(client: MongoClient[Document], identifiers: Sequence[Any]) -> None:
    """Undoes what others have left open in these sessions, whose ids are `session_id["id"]`; they can be gone on with.

    Where the user may not end one, as it is another user's, its locks stay until MongoDB gives its transaction up.
    """
    if identifiers:
        with suppress(OperationFailure):
            client.admin.command("killSessions", [{"id": each} for each in identifiers])


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """All that is asked of the database inside shares these seconds, the server's own work included.

    Beyond them pymongo raises a PyMongoError whose `timeout` is true, and a transaction is undone.
    """
    ends_at = _ends_at.set(min(_ends_at.get(), time.monotonic() + seconds))
    try:
        with pymongo.timeout(seconds):
            yield
    finally:
        _ends_at.reset(ends_at)


def run_transaction(
    client: MongoClient[Document],
    work: Callable[[ClientSession], T],
    *,
    within_seconds: float = 15.0,
) -> T:
    """Runs `work` in one snapshot transaction and commits it with majority; in the session of `in_session`, if any.

    `work` may run several times and must have no effect but through the session. Whatever it raises aborts the
    transaction and is raised on, except transient faults of the database, after which it runs anew.

    Raises Unavailable when no attempt got through the other writers within `within_seconds`, of two at least, or
    within a `time_limit` around it, and pymongo's ServerSelectionTimeoutError where no database answers.
    """
    deadline = min(time.monotonic() + within_seconds, _ends_at.get())
    pause, last = _FIRST_PAUSE, False
    named = _session.get()
    with client.start_session() if named is None or named.in_transaction else nullcontext(named) as current:
        while True:
            try:
                current.start_transaction(
                    read_concern=ReadConcern("snapshot"),
                    write_concern=WriteConcern(w="majority", j=True),
                    read_preference=ReadPreference.PRIMARY,
                )
                result = work(current)
                _commit(current, deadline)
            except PyMongoError as error:
                _abort(current, answers=not isinstance(error, ConnectionFailure))
                if not error.has_error_label("TransientTransactionError"):
                    raise
                if isinstance(error, ServerSelectionTimeoutError):
                    raise  # it has waited long enough for a database that is away
                if time.monotonic() > deadline:
                    if error.timeout:
                        raise  # not for other writers
                    if last or time.monotonic() > _ends_at.get():
                        raise Unavailable("Too many writers want the same thing at once: try again.") from error
                    last = True  # the first may have taken all the time because the machine stood still
                time.sleep(random.uniform(pause / 2, pause))  # noqa: S311 - jitter, not a secret  # nosec B311
                pause = min(pause * 2, _LONGEST_PAUSE)
            except BaseException:
                _abort(current)
                raise
            else:
                return result


def _commit(session: ClientSession, deadline: float) -> None:
    """Commits; while the outcome is unknown, asks again, which MongoDB answers the same each time."""
    while True:
        try:
            session.commit_transaction()
        except (OperationFailure, ConnectionFailure) as error:
            if not error.has_error_label("UnknownTransactionCommitResult") or time.monotonic() > deadline:
                raise
            time.sleep(_LONGEST_PAUSE)
        else:
            return


def _abort(session: ClientSession, *, answers: bool = True) -> None:
    """Ends it at once on a server that answers, even where the time is over: it would keep its locks for a minute.

    One that did not answer in time stops by itself, as its statements carry the time they have.
    """
    if session.in_transaction:
        with pymongo.timeout(None) if answers else nullcontext():
            session.abort_transaction()
