"""A service from one description: its web app, its worker and its relay, so that each `app.py` stays a page."""

import gc
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from functools import partial

from kafka.errors import FencedInstanceIdError, KafkaError
from pymongo import MongoClient
from pymongo.database import Database

from shared import signals, storage
from shared.clock import Clock, SystemClock, TestClock
from shared.messaging import barred, breaker, epoch, erasures, gate, inbox, letters, outbox, parking, share
from shared.messaging.announce import Facts
from shared.messaging.consumer import Worker
from shared.messaging.due import DueLoop, DueWork
from shared.messaging.erasures import Erasures
from shared.messaging.handling import Handling
from shared.messaging.patience import Patience
from shared.messaging.reactions import Reaction
from shared.messaging.rebuild import Rebuild
from shared.messaging.relay import Relay
from shared.messaging.restoring import EraseAgain, Restoring
from shared.messaging.retrying import retries
from shared.messaging.unit_of_work import UnitOfWork
from shared.settings import Settings
from shared.storage.client import Document
from shared.storage.merges import Merges
from shared.storage.migrations import Index, Seed
from shared.storage.readiness import answers
from shared.telemetry import logs, watchdog
from shared.telemetry.endpoint import Endpoint
from shared.telemetry.health import Check, Health
from shared.telemetry.watchdog import Watchdog
from shared.web import (
    Authenticator,
    Blueprint,
    MemberLookup,
    MemberNow,
    WebApp,
    audit,
    audit_trail,
    create_app,
    export_share,
    idempotency,
    ops,
    rates,
)
from shared.web.streams import Streams

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
    connections: ExitStack = field(default_factory=ExitStack)
    """What a service leaves open from one use to the next closes with the foundation."""

    def over(self, database: Database[Document]) -> "Foundation":
        """The same with another view of the database, for a service that works on a copy."""
        return replace(self, database=database, unit_of_work=self.unit_of_work.over(database))

    def close(self) -> None:
        """Lets go of the database and of all other connections; a later use connects anew."""
        self.connections.close()
        self.client.close()


def lay(settings: Settings, name: str, clock: Clock | None = None) -> Foundation:
    """The foundation of the service `name`; connects at first use."""
    clock = clock or (SystemClock() if settings.test_clock is None else TestClock(settings.test_clock))
    client = storage.connect(settings)
    database = storage.database(client, settings, name)
    return Foundation(settings, client, database, UnitOfWork(client, database, name, clock), clock)


@dataclass(frozen=True, slots=True)
class Views:
    """What a service answers over HTTP."""

    blueprints: Sequence[Blueprint] = ()
    extensions: Mapping[str, object] = field(default_factory=dict)
    """What views find in `flask.current_app.extensions`: the service's store and whatever else they need."""

    streams: Streams | None = None
    """What carries the streams that its views hand over; None where it has none."""


@dataclass(frozen=True, slots=True)
class Service:
    """A service, described by its composition root `services.NAME.app.build`."""

    name: str
    title: str
    foundation: Foundation
    views: Callable[[], Views] = Views
    """Called by a web process alone: views and what they import are half of a service's code, which a worker has no
    use for."""

    reactions: Sequence[Reaction] = ()
    due: Sequence[DueWork] = ()
    indexes: Sequence[Index] = ()
    member_lookup: MemberLookup | None = None
    erasures: Erasures | None = None
    """Whose tokens are refused: those of members who were erased."""
    merges: Merges | None = None
    """Who a member is now whose id a token has: it may be older than a merge."""
    facts: Sequence[Facts] = ()
    """What it owns on compacted topics, and can announce again."""

    erase_again: EraseAgain | None = None
    """Of the service that erasures are asked of: how it carries one out that a restore took back."""

    share: export_share.Share | None = None
    """What it holds of a member, for exports."""

    seeds: Sequence[Seed] = ()

    patience: Patience = field(default_factory=Patience)

    def all_indexes(self) -> list[Index]:
        """The service's own indexes and those of the machinery in its database."""
        machinery = (
            outbox,
            epoch,
            barred,
            share,
            inbox,
            letters,
            parking,
            breaker,
            gate,
            erasures,
            idempotency,
            audit,
            rates,
        )
        return [*self.indexes, *(index for module in machinery for index in module.INDEXES)]

    def web_app(self) -> WebApp:
        """The Flask app; describing itself it needs neither database nor broker."""
        ground, views = self.foundation, self.views()
        shares = [] if self.share is None else [export_share.blueprint(self.name, self.share)]
        app = create_app(
            name=self.name,
            title=self.title,
            blueprints=[*views.blueprints, *shares, audit_trail.blueprint, ops.blueprint],
            settings=ground.settings,
            authenticator=Authenticator.from_settings(
                ground.settings,
                member_lookup=self.member_lookup,
                erased=None if self.erasures is None else self.erasures.has,
                member_now=self.member_now(),
            ),
            unit_of_work=ground.unit_of_work,
            database=ground.database,
        )
        app.extensions.update(views.extensions)
        app.streams = views.streams
        app.extensions[ops.EXTENSION] = ops.Group(ground.settings, self.name, tuple(self.handling().topics()))
        return app

    def member_now(self) -> MemberNow | None:
        """Who a member's id in a token stands for; None where the service hears of no merges."""
        merges = self.merges
        if merges is None:
            return None
        if self.erasures is None:
            return lambda tenant, member_id, _: merges.survivor(tenant, member_id)
        return partial(self.erasures.member_now, merges)

    def handling(self) -> Handling:
        """The service's reactions, ready to be applied to records."""
        return Handling(self.foundation.unit_of_work, self.reactions, self.name, patience=self.patience)

    def worker(self) -> "WorkerRole":
        return WorkerRole(self)

    def restoring(self) -> Restoring:
        """What is to be done about the service once its database was put back to an earlier point."""
        ground, topics = self.foundation, tuple(self.handling().topics())
        return Restoring(ground.settings, ground.unit_of_work, self.name, topics, self.facts, self.erase_again)

    def relay(self) -> Relay:
        return relay(self.foundation, self.name)


def relay(foundation: Foundation, name: str) -> Relay:
    """What carries on the outbox of the service `name`, all of whose code it does without."""
    return Relay(foundation.settings, foundation.client, foundation.database, name)


def rebuilding(build: Callable[[Foundation], Service], foundation: Foundation) -> Rebuild:
    """What rebuilds the projections of the service that the composition root `build` makes."""
    service = build(foundation)
    return Rebuild(
        foundation.settings,
        foundation.client,
        foundation.database,
        service.name,
        lambda database: build(foundation.over(database)).reactions,
        service.indexes,
    )


class WorkerRole:
    """The worker process: one loop over Kafka, one over what is due."""

    def __init__(self, service: Service) -> None:
        ground = service.foundation
        handling = service.handling()
        self.worker = Worker(ground.settings, service.name, handling)
        self._due = DueLoop(ground.unit_of_work, [*service.due, retries(handling)], ground.clock)
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
                watchdog.beat("worker")
                try:
                    self.worker.run(after_batch=self._due.wake)
                except FencedInstanceIdError:
                    raise
                except KafkaError as error:
                    self.worker.joined.clear()
                    _log.warning("worker_waits_for_kafka", error=type(error).__name__)
                    self._stopping.wait(_PAUSE_WITHOUT_KAFKA)
        finally:
            watchdog.ended()
            self._due.stop()
            due.join()

    def parts(self) -> dict[str, Check]:
        """What a worker needs beside its database to be ready: its place in the group."""
        return {"group": self.worker.is_member}

    def stop(self) -> None:
        """Asks `run` to return; safe from a signal handler."""
        self._stopping.set()
        self.worker.stop()


@contextmanager
def attended(foundation: Foundation, parts: Mapping[str, Check]) -> Iterator[None]:
    """Runs the loops of a worker or relay under a watchdog, and with ITHACA_HEALTH_PORT an address to ask.

    Ready means that the database answers and that each of `parts` is.
    """
    settings, database = foundation.settings, foundation.database
    watching = Watchdog()
    watching.start()
    endpoint = None
    if settings.health_port is not None:
        health = Health({"database": lambda: answers(database), **parts}, watching.alive)
        endpoint = Endpoint(settings.host, settings.health_port, health)
        endpoint.start()
    try:
        yield
    finally:
        if endpoint is not None:
            endpoint.stop()
        watching.stop()


def until_signalled(run: Callable[[], None], stop: Callable[[], None]) -> None:
    """Runs in the main thread until SIGTERM or SIGINT asks it to finish; a second one quits at once."""
    asked_at: list[float] = []

    def ask(number: int) -> None:
        if asked_at and time.monotonic() - asked_at[0] > 0.5:
            os._exit(128 + number)  # an exit that unwinds would wait for the threads that do not end
        asked_at.append(time.monotonic())
        stop()

    signals.hear(ask)
    run()
