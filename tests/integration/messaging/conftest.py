"""A service of two reactions that stands for any: it publishes members and copies them back out of Kafka."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from typing import Any

import pytest

from shared.messaging.envelope import Message
from shared.messaging.letters import Letter
from shared.messaging.patience import Patience
from shared.messaging.reactions import Kind, Reaction
from shared.messaging.unit_of_work import Transaction
from shared.service import Foundation, Service, lay
from shared.settings import Settings
from shared.storage.migrations import migrate, missing
from tests.backends import Backends
from tests.conftest import own_settings
from tests.emptying import empty
from tests.integration.messaging.services import Town

Handler = Callable[[Transaction, Message], None]


def member(identifier: str, family_name: str = "Okafor") -> dict[str, Any]:
    return {"id": identifier, "given_name": "Ada", "family_name": family_name, "membership": "active"}


def attendee(registration: str, status: str = "confirmed", updated_at: str = "2026-11-01T10:00:00Z") -> dict[str, Any]:
    return {
        "source": "pretix",
        "source_event_id": "summit",
        "source_registration_id": registration,
        "person": {"email": "ada@example.org", "name": "Ada Okafor"},
        "status": status,
        "updated_at": updated_at,
    }


def copy_member(transaction: Transaction, message: Message) -> None:
    transaction.database["copies"].update_one(
        {"_id": message.key},
        {"$set": {"version": message.version, "data": message.data}, "$push": {"applied": message.version}},
        upsert=True,
        session=transaction.session,
    )


def note_attendee(transaction: Transaction, message: Message) -> None:
    assert message.data is not None
    transaction.database["notes"].insert_one(
        {"registration": message.data["source_registration_id"], "message": message.id}, session=transaction.session
    )


def registration(identifier: str, ordinal: int) -> dict[str, Any]:
    """A message of a topic whose order matters; the reason tells which of its key it is."""
    return {
        "id": identifier,
        "event_id": identifier,
        "member_id": identifier,
        "status": "cancelled",
        "attending": False,
        "checked_in_at": None,
        "reason": f"m{ordinal}",
    }


def follow_registration(transaction: Transaction, message: Message) -> None:
    assert message.data is not None
    transaction.database["followed"].update_one(
        {"_id": message.key}, {"$push": {"order": message.data["reason"]}}, upsert=True, session=transaction.session
    )


class Bench:
    """A service whose handlers a test chooses, with its loops in threads."""

    def __init__(self, settings: Settings, name: str) -> None:
        self.settings = settings
        self.name = name
        self.foundation: Foundation = lay(settings, name)
        self.on_member: Handler = copy_member
        self.on_attendee: Handler = note_attendee
        self.on_registration: Handler = follow_registration
        self.patience = Patience()
        if missing(self.database, self.service().all_indexes()):
            migrate(self.database, self.service().all_indexes())

    @property
    def database(self) -> Any:
        return self.foundation.database

    def service(self) -> Service:
        return Service(
            name=self.name,
            title="A service of the tests",
            foundation=self.foundation,
            reactions=(
                Reaction(
                    "copy",
                    ("member.registered.v1", "member.updated.v1", "member.erased.v1"),
                    Kind.PROJECTION,
                    lambda transaction, message: self.on_member(transaction, message),
                ),
                Reaction(
                    "note",
                    ("attendee.published.v1",),
                    Kind.EFFECT,
                    lambda transaction, message: self.on_attendee(transaction, message),
                ),
                Reaction(
                    "follow",
                    ("registration.cancelled.v1",),
                    Kind.EFFECT,
                    lambda transaction, message: self.on_registration(transaction, message),
                ),
            ),
            patience=self.patience,
        )

    def publish(self, type_name: str, key: str, version: int | None, data: dict[str, Any] | None) -> str:
        return self.foundation.unit_of_work.run(
            lambda transaction: transaction.publish(type_name, key=key, version=version, data=data), tenant="acme"
        )

    def tell(self, key: str, *ordinals: int) -> None:
        """Publishes messages of one key whose order matters."""
        for ordinal in ordinals:
            self.publish("registration.cancelled.v1", key, ordinal, registration(key, ordinal))

    def order(self, key: str) -> list[int]:
        """The messages of the key that were applied, in the order in which they were."""
        found = self.database["followed"].find_one({"_id": key})
        return [] if found is None else [int(reason[1:]) for reason in found["order"]]

    def ithaca(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """The command, as an operator calls it, on the test's own broker and database."""
        environment = {
            **os.environ,
            "KAFKA_BOOTSTRAP_SERVERS": ",".join(self.settings.kafka.bootstrap_servers),
            "MONGODB_URI": self.settings.mongodb_uri,
            "ITHACA_TOPIC_PREFIX": self.settings.topic_prefix,
            "ITHACA_DATABASE_PREFIX": self.settings.database_prefix,
            "ITHACA_DATA": str(self.settings.data),
        }
        command = [sys.executable, "-m", "cli.main", *arguments]
        return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)

    def decide(self, how: Callable[[Transaction, str], None], letter: Letter) -> None:
        """What an operator does with a letter."""
        self.foundation.unit_of_work.run(lambda transaction: how(transaction, letter.id), tenant="acme")

    @contextmanager
    def running(self, *, relays: int = 1, workers: int = 1) -> Iterator[None]:
        roles = [*(self.service().relay() for _ in range(relays)), *(self.service().worker() for _ in range(workers))]
        threads = [threading.Thread(target=role.run) for role in roles]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            for role in roles:
                role.stop()
            for thread in threads:
                thread.join(timeout=30)
                assert not thread.is_alive(), "a role did not stop"


def eventually(condition: Callable[[], bool], *, within_seconds: float = 40.0) -> None:
    """Waits for a condition; a failure names what was waited for by its traceback."""
    deadline = time.monotonic() + within_seconds
    while not condition():
        assert time.monotonic() < deadline, "the condition never held"
        time.sleep(0.05)


@pytest.fixture(scope="package")
def prepared(backends: Backends, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Settings whose database has its indexes: making them anew takes longer than most of the tests."""
    with own_settings(backends, tmp_path_factory.mktemp("messaging")) as settings:
        Bench(settings, "events").foundation.close()
        yield settings


@pytest.fixture
def own_topics(topics_of: Callable[..., Settings]) -> Settings:
    """Settings with those topics that the service of the tests has to do with."""
    return topics_of("members.v1", "attendees.v1", "registrations.v1", "dead.events")


@pytest.fixture
def bench(own_topics: Settings, prepared: Settings) -> Iterator[Bench]:
    bench = Bench(replace(own_topics, database_prefix=prepared.database_prefix), "events")
    yield bench
    empty(bench.database)
    bench.foundation.close()


@pytest.fixture
def town_of(topics_of: Callable[[], Settings]) -> Iterator[Callable[[str], Town]]:
    """A real service at work, by its name."""
    with ExitStack() as stack:
        yield lambda name: stack.enter_context(closing(Town(topics_of(), name)))


@pytest.fixture
def still(settings: Settings, prepared: Settings) -> Iterator[Bench]:
    """The same service with a database and no topics: for what a worker does with records that it has in hand."""
    bench = Bench(replace(settings, database_prefix=prepared.database_prefix), "events")
    yield bench
    empty(bench.database)
    bench.foundation.close()
