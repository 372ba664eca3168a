"""A service from one description: its web app, its worker and its relay, so that each `app.py` stays a page."""

import gc
import os
import signal
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import FrameType

from kafka.errors import FencedInstanceIdError, KafkaError
from pymongo import MongoClient
from pymongo.database import Database

from shared import storage
from shared.clock import Clock, SystemClock
from shared.messaging import dead, inbox, outbox
from shared.messaging.consumer import Worker
from shared.messaging.due import DueLoop, DueWork
from shared.messaging.handling import Handling
from shared.messaging.reactions import Reaction
from shared.messaging.relay import Relay
from shared.messaging.replay import replays
from shared.messaging.unit_of_work import UnitOfWork
from shared.settings import Settings
from shared.storage.client import Document
from shared.storage.migrations import Index
from shared.telemetry import logs
from shared.web import Authenticator, Blueprint, MemberLookup, WebApp, create_app, idempotency

_PAUSE_WITHOUT_KAFKA = 2.0
_OBJECTS_BETWEEN_COLLECTIONS = 20_000
"""A batch makes that many and lets go of nearly all: looking for cycles each 700 took a quarter of a worker's time."""

_log = logs.logger(__name__)


@dataclass(frozen=True, slots=True)
class Foundation:
    """What a service stands on; a composition root gets it and builds on it. Nothing here has connected yet."""

    settings: Settings
    client: MongoClient[Document]
    database: Database[Document]
    unit_of_work: UnitOfWork
    clock: Clock

    def close(self) -> None:
        """Lets go of the database; a later use connects anew."""
        self.client.close()


def lay(settings: Settings, name: str, clock: Clock | None = None) -> Foundation:
    """The foundation of the service `name`; connects at first use."""
    clock = clock or SystemClock()
    client = storage.connect(settings)
    database = storage.database(client, settings, name)
    return Foundation(settings, client, database, UnitOfWork(client, database, name, clock), clock)


@dataclass(frozen=True, slots=True)
class Service:
    """A service, described by its composition root `services.NAME.app.build`."""

    name: str
    title: str
    foundation: Foundation
    blueprints: Sequence[Blueprint]
    reactions: Sequence[Reaction] = ()
    due: Sequence[DueWork] = ()
    indexes: Sequence[Index] = ()
    extensions: Mapping[str, object] = field(default_factory=dict)
    """What views find in `flask.current_app.extensions`: the service's store and whatever else they need."""
    member_lookup: MemberLookup | None = None

    def all_indexes(self) -> list[Index]:
        """The service's own indexes and those of the machinery in its database."""
        return [*self.indexes, *outbox.INDEXES, *inbox.INDEXES, *dead.INDEXES, *idempotency.INDEXES]

    def web_app(self) -> WebApp:
        """The Flask app; describing itself it needs neither database nor broker."""
        ground = self.foundation
        app = create_app(
            name=self.name,
            title=self.title,
            blueprints=self.blueprints,
            settings=ground.settings,
            authenticator=Authenticator.from_settings(ground.settings, member_lookup=self.member_lookup),
            unit_of_work=ground.unit_of_work,
            database=ground.database,
        )
        app.extensions.update(self.extensions)
        return app

    def handling(self) -> Handling:
        """The service's reactions, ready to be applied to records."""
        return Handling(self.foundation.unit_of_work, self.reactions, self.name)

    def worker(self) -> "WorkerRole":
        return WorkerRole(self)

    def relay(self) -> Relay:
        ground = self.foundation
        return Relay(ground.settings, ground.client, ground.database, self.name)


class WorkerRole:
    """The worker process: one loop over Kafka, one over what is due."""

    def __init__(self, service: Service) -> None:
        ground = service.foundation
        handling = service.handling()
        self.worker = Worker(ground.settings, service.name, handling)
        self._due = DueLoop(ground.unit_of_work, [*service.due, replays(handling)], ground.clock)
        self._stopping = threading.Event()

    def run(self) -> None:
        """Until `stop`. While no broker answers it says so and waits; due work goes on meanwhile.

        Raises FencedInstanceIdError where another process took over this one's `ITHACA_INSTANCE`.
        """
        gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS)
        due = threading.Thread(target=self._due.run, name="due")
        due.start()
        try:
            while not self._stopping.is_set():
                try:
                    self.worker.run(after_batch=self._due.wake)
                except FencedInstanceIdError:
                    raise
                except KafkaError as error:
                    _log.warning("worker_waits_for_kafka", error=type(error).__name__)
                    self._stopping.wait(_PAUSE_WITHOUT_KAFKA)
        finally:
            self._due.stop()
            due.join()

    def stop(self) -> None:
        """Asks `run` to return; safe from a signal handler."""
        self._stopping.set()
        self.worker.stop()


def until_signalled(run: Callable[[], None], stop: Callable[[], None]) -> None:
    """Runs in the main thread until SIGTERM or SIGINT asks it to finish; a second one quits at once."""
    asked_at: list[float] = []

    def ask(number: int, _: FrameType | None) -> None:
        if asked_at and time.monotonic() - asked_at[0] > 0.5:
            os._exit(128 + number)  # an exit that unwinds would wait for the threads that do not end
        asked_at.append(time.monotonic())
        stop()

    signal.signal(signal.SIGTERM, ask)
    signal.signal(signal.SIGINT, ask)
    run()
