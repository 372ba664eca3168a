"""Rate limits: how much one caller may ask in a minute, counted over all web processes of a service.

Requests with a token count for its tenant and subject, public ones for the address they come from. Counting each of
them in the database would cost a write a request; so a process takes allowances of a few requests at a time and spends
them by itself. The limit is never exceeded; what a process took and did not spend is lost with the minute.

Where the database does not answer, each process counts by itself until it does: no request fails for want of a count.
"""

import threading
import time
from dataclasses import dataclass
from typing import Literal

import pymongo
from limits import RateLimitItemPerMinute
from limits.storage import MongoDBStorage
from limits.strategies import FixedWindowRateLimiter
from pymongo import MongoClient, WriteConcern
from pymongo.database import Database
from pymongo.errors import PyMongoError
from pymongo.read_concern import ReadConcern

from shared.errors import IthacaError
from shared.settings import RateLimits
from shared.storage.client import Document
from shared.storage.migrations import Index
from shared.telemetry.logs import logger

Rate = Literal["read", "write", "upload", "public"]

COLLECTION = "rate_limits"
INDEXES = (Index(COLLECTION, (("expireAt", 1),), expire_after_seconds=0, name="expiry"),)
"""Every service with a web role declares them."""

_SHARES = 20
"""An allowance is this part of the limit, and at least one request."""
_PATIENCE = 1.0
"""Seconds that a request may wait for the count."""
_AWAY = 5.0
"""Seconds until a database that did not answer is asked again."""
_MOST_CALLERS = 10_000

_log = logger(__name__)


class TooManyRequests(IthacaError):
    """429; `retry_after` is in seconds."""

    def __init__(self, limit: int, retry_after: int) -> None:
        super().__init__(f"More than {limit} requests in a minute: try again later.")
        self.retry_after = retry_after


@dataclass(slots=True)
class _Allowance:
    """What a caller may still ask of this process, until when (seconds since the epoch)."""

    left: int
    until: float
    refused: bool = False
    """Beyond that, nothing more is to be had before then."""


class _Storage(MongoDBStorage):
    """The counters of `limits` in the service's own database, by the client that the process has already.

    `migrate` has made its indexes, and a count is worth no waiting for replicas.
    """

    def __init__(self, client: MongoClient[Document], database: str) -> None:
        super().__init__("mongodb://", database_name=database, counter_collection_name=COLLECTION)
        self._storage = client
        # What was just counted is read again for when its minute ends.
        self._counting = client.get_database(
            database, write_concern=WriteConcern(w=1, j=False), read_concern=ReadConcern("local")
        )

    def __del__(self) -> None:
        """The client is the process's: `limits` would close it with the counters."""

    @property
    def _database(self) -> Database[Document]:
        return self._counting


class RateCounter:
    """One for a process; safe to share between threads."""

    def __init__(self, client: MongoClient[Document], database: str, limits: RateLimits) -> None:
        self._limits = limits
        self._shared = FixedWindowRateLimiter(_Storage(client, database))
        self._allowances: dict[tuple[str, ...], _Allowance] = {}
        self._lock = threading.Lock()
        self._away_until = float("-inf")

    def spend(self, rate: Rate, *caller: str) -> None:
        """Counts one request of this caller. Raises TooManyRequests."""
        key = (rate, *caller)
        limit: int = getattr(self._limits, rate)
        if self._spent(key, limit):
            return
        taken = self._taken(key, limit)
        granted = taken.left > 0
        if granted:
            taken.left -= 1
        # Two requests at once may take one each: both are then there to be spent.
        self._add(key, taken)
        if not granted and not self._spent(key, limit):
            raise TooManyRequests(limit, 1)

    def _spent(self, key: tuple[str, ...], limit: int) -> bool:
        """Whether one request of what this process holds was spent. Raises TooManyRequests.

        An allowance is looked at under the lock alone: whoever kept one past `_add` would spend what the next one has
        taken over.
        """
        with self._lock:
            allowance = self._held(key)
            if allowance is None:
                return False
            if allowance.left > 0:
                allowance.left -= 1
                return True
            if allowance.refused:
                raise TooManyRequests(limit, max(1, round(allowance.until - time.time())))
            return False

    def _held(self, key: tuple[str, ...]) -> _Allowance | None:
        allowance = self._allowances.get(key)
        return allowance if allowance is not None and allowance.until > time.time() else None

    def _add(self, key: tuple[str, ...], taken: _Allowance) -> None:
        with self._lock:
            if len(self._allowances) >= _MOST_CALLERS:
                now = time.time()
                self._allowances = {name: each for name, each in self._allowances.items() if each.until > now}
            if (held := self._held(key)) is not None:
                taken.left += held.left
            self._allowances[key] = taken

    def _taken(self, key: tuple[str, ...], limit: int) -> _Allowance:
        """An allowance from what all processes share; one of this process alone while the database is away."""
        share = max(1, limit // _SHARES)
        item = RateLimitItemPerMinute(limit)
        if time.monotonic() >= self._away_until:
            try:
                with pymongo.timeout(_PATIENCE):
                    granted = self._shared.hit(item, *key, cost=share)
                    until = self._shared.get_window_stats(item, *key).reset_time
                return _Allowance(share if granted else 0, until, refused=not granted)
            except PyMongoError as error:
                self._away_until = time.monotonic() + _AWAY
                _log.warning("requests_counted_alone", error=type(error).__name__)
        alone = max(1, int(limit * _AWAY / 60))
        return _Allowance(alone, time.time() + _AWAY, refused=True)
