"""A platform whose clock is moved on by days, and which comes to rest before the next."""

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from importlib import import_module

from pymongo import MongoClient
from pymongo.database import Database

from shared.clock import TestClock
from shared.messaging.due import DueWork
from shared.messaging.group_lag import group_lag
from shared.service import Service, lay
from shared.settings import SERVICES
from shared.storage import Document
from tests.e2e.running import Running

_PATIENCE_SECONDS = 120.0
_LOOK_SECONDS = 0.15
_STEP = timedelta(days=1, minutes=1)
"""A minute more than a day: acts take seconds, and what is due days after one of them is due at that day's noon."""


class Steered:
    """Time begins at a noon, and stands there for as long as people act."""

    def __init__(self, platform: Running, clock: TestClock) -> None:
        self.platform = platform
        self._clock = clock
        now = clock.now()
        self.begins = now.replace(hour=12, minute=0, second=0, microsecond=0) + timedelta(days=1)
        self._settings = platform.settings()
        self.client = MongoClient[Document](self._settings.mongodb_uri, tz_aware=True)
        self._works: dict[str, Sequence[DueWork]] = {}
        self._topics: dict[str, Sequence[str]] = {}
        for name in SERVICES:
            ground = lay(self._settings, name)
            service: Service = import_module(f"services.{name}.app").build(ground)
            self._works[name], self._topics[name] = service.due, service.handling().topics()
            ground.close()
        self.day = 0
        self.to(0)

    def database(self, service: str) -> Database[Document]:
        return self.client[self._settings.database_name(service)]

    def close(self) -> None:
        self.client.close()

    def at(self, day: float) -> datetime:
        """The moment so many days after the beginning."""
        return self.begins + day * _STEP

    def day_of(self, moment: datetime) -> int:
        """The day on which something was done: time passes between two noons by a leap."""
        return (moment - self.begins) // timedelta(days=1)

    def to(self, day: int) -> None:
        """Noon of this day, when all that is due by then was done."""
        self.day = day
        self._clock.set_ahead(self.at(day) - datetime.now(UTC))
        self.settle()

    def settle(self) -> None:
        """Until all that is due by now was done."""
        self._until(lambda: not self._due(), "what is due is not done")

    def rest(self) -> None:
        """Until every message was sent and handled by whoever reacts to it."""

        def moving() -> bool:
            now = self._clock.now()
            # What a transaction leaves in a partition counts as messages: only those have an age that wait.
            lagging = any(
                each.seconds is not None
                for service in SERVICES
                for each in group_lag(self._settings, service, self._topics[service], now)
            )
            return (
                lagging
                or bool(self._due())
                or any(self.database(service)["outbox"].find_one({"pending": True}) for service in SERVICES)
            )

        self._until(lambda: not moving(), "the platform does not come to rest")

    def _due(self) -> list[str]:
        now = self._clock.now()
        return [
            work.name
            for service, works in self._works.items()
            for work in works
            if self.database(service)[work.collection].find_one({**work.where, "due_at": {"$lte": now}}, {"_id": 1})
        ]

    def _until(self, condition: Callable[[], bool], otherwise: str) -> None:
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not condition():
            assert time.monotonic() < deadline, f"day {self.day}: {otherwise}: {self._due()}"
            time.sleep(_LOOK_SECONDS)
