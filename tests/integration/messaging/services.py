"""The four services as they are, on one broker, with whatever the others would tell them."""

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Any

from kafka import KafkaAdminClient

from shared.contracts import registry
from shared.contracts.example import examples_of
from shared.ids import new_id
from shared.messaging import outbox
from shared.messaging.consumer import Worker
from shared.messaging.log import Log
from shared.messaging.membership import HeartbeatStopped
from shared.messaging.relay import Relay
from shared.service import Foundation, Service, lay
from shared.settings import SERVICES, Settings
from shared.storage.migrations import migrate

TENANT = "acme"
Build = Callable[[Foundation], Service]


@dataclass(frozen=True, slots=True)
class News:
    """One message to come."""

    type: str
    key: str
    version: int | None
    data: dict[str, Any] | None


def build_of(name: str) -> Build:
    build: Build = import_module(f"services.{name}.app").build
    return build


class Town:
    """One service at work, and writers in the place of all services that it hears of."""

    def __init__(self, settings: Settings, name: str) -> None:
        self.settings = settings
        self.name = name
        self.build = build_of(name)
        self.foundation = lay(settings, name)
        self.service = self.build(self.foundation)
        migrate(self.database, self.service.all_indexes())
        self._outside = lay(replace(settings, database_prefix=f"{settings.database_prefix}outside_"), "profiles")
        migrate(self._outside.database, outbox.INDEXES)

    @property
    def database(self) -> Any:
        return self.foundation.database

    def close(self) -> None:
        self.foundation.close()
        self._outside.close()

    def publish(self, news: News) -> None:
        self._outside.unit_of_work.run(
            lambda transaction: transaction.publish(news.type, key=news.key, version=news.version, data=news.data),
            tenant=TENANT,
        )

    def sent(self) -> bool:
        return self._outside.database["outbox"].count_documents({"pending": True}) == 0

    @contextmanager
    def relaying(self) -> Iterator[None]:
        """What the writers publish reaches the log. What the service publishes stays in its outbox, to be counted."""
        with _in_thread(Relay(self.settings, self._outside.client, self._outside.database, "outside")):
            yield

    @contextmanager
    def working(self) -> Iterator[None]:
        """The service's worker, without its due work: nothing happens but by messages."""
        with _in_thread(self.service.worker().worker):
            yield

    def group(self) -> str:
        return f"{self.settings.topic_prefix}{self.name}"

    def caught_up(self) -> bool:
        """Whether the worker has said of everything that is on the log that it is done."""
        return self.sent() and self.caught_up_with_what_is_there()

    def caught_up_with_what_is_there(self) -> bool:
        """The same, whatever waits to be sent."""
        topics = self.service.handling().topics()
        with Log(self.settings, topics) as log:
            handled = log.begins() | log.handled(self.group())
            # Behind the last record there may be the mark that ends a transaction: not an offset to wait for.
            return not any(records for records, _ in log.read(handled, log.ends()))

    def forget_group(self) -> None:
        admin = KafkaAdminClient(**self.settings.kafka.client_options())
        try:
            admin.delete_groups([self.group()])
        finally:
            admin.close()

    def everything(self, *but: str) -> dict[str, list[Any]]:
        """Every document of the service, except what coordinates processes."""
        left_out = {"leases", "partition_holders", "projection_gates", *but}
        return {
            name: sorted(self.database[name].find(), key=lambda each: str(each["_id"]))
            for name in sorted(self.database.list_collection_names())
            if name not in left_out
        }


def _run(role: Relay | Worker) -> None:
    """Until it is stopped; as a process does, it begins anew where the client of Kafka forgot its heartbeats."""
    while True:
        try:
            return role.run()
        except HeartbeatStopped:
            continue


@contextmanager
def _in_thread(role: Relay | Worker) -> Iterator[None]:
    thread = threading.Thread(target=_run, args=(role,))
    thread.start()
    try:
        yield
    finally:
        role.stop()
        thread.join(30)
        assert not thread.is_alive(), "a role did not stop"


def eventually(condition: Callable[[], bool], *, within_seconds: float = 90.0) -> None:
    deadline = time.monotonic() + within_seconds
    while not condition():
        assert time.monotonic() < deadline, "the condition never held"
        time.sleep(0.2)


class History:
    """What a topic may tell over time, at random: in order for each key, every state that there is."""

    def __init__(self, topic: str, seed: int) -> None:
        self._random = random.Random(seed)
        self._steps = {
            "members.v1": self._member,
            "events.v1": self._event,
            "programs.v1": self._program,
            "blocks.v1": self._block,
            "groups.v1": lambda: self._of_example("group.updated.v1"),
            "associations.v1": lambda: self._of_example("association.updated.v1"),
        }[topic]
        self.versions: dict[str, int] = {}
        self._over: set[str] = set()
        self._tickets: dict[str, tuple[str | None, int]] = {f"summit/T-{number}": (None, 0) for number in range(12)}
        self._merged: dict[str, str] = {}

    def next(self, count: int) -> Iterator[News]:
        """At least so many messages more."""
        told = 0
        while told < count:
            for news in self._steps():
                told += 1
                yield news

    def _version(self, key: str) -> int:
        self.versions[key] = self.versions.get(key, 0) + 1
        return self.versions[key]

    def _alive(self) -> list[str]:
        return [key for key in self.versions if key not in self._over and key not in self._merged]

    def _member(self) -> list[News]:
        alive = self._alive()
        if len(alive) < 4:
            return [self._state(new_id(), "member.registered.v1")]
        one, other = self._random.sample(alive, 2)
        change = self._random.choice(("update", "move", "take", "give up", "deactivate", "merge", "unmerge", "erase"))
        told = {one: "member.updated.v1"}
        match change:
            case "move" if mine := self._of(one):
                self._give(self._random.choice(mine), other)
                told[other] = "member.updated.v1"
            case "take" if free := self._of(None):
                self._give(self._random.choice(free), one)
            case "give up" if mine := self._of(one):
                self._give(self._random.choice(mine), None)
            case "deactivate":
                told = {one: "member.deactivated.v1"}
            case "unmerge" if self._merged:
                back, _ = self._merged.popitem()
                told = {back: "member.unmerged.v1"}
            case "merge" | "erase":
                return self._ended(one, into=other if change == "merge" else None)
        return [self._state(key, type_name) for key, type_name in told.items()]

    def _ended(self, member: str, *, into: str | None) -> list[News]:
        for ticket in self._of(member):
            self._give(ticket, into)
        if into is None:
            self._over.add(member)
            return [News("member.erased.v1", member, self._version(member), None)]
        self._merged[member] = into
        merged = {"id": member, "merged_into": into}
        return [News("member.merged.v1", member, self._version(member), merged), self._state(into)]

    def _of(self, member: str | None) -> list[str]:
        return [ticket for ticket, (owner, _) in self._tickets.items() if owner == member]

    def _give(self, ticket: str, member: str | None) -> None:
        self._tickets[ticket] = (member, self._tickets[ticket][1] + (member is not None))

    def _state(self, key: str, type_name: str = "member.updated.v1") -> News:
        version = self._version(key)
        data = {
            "id": key,
            "given_name": self._random.choice(("Ada", "Ben", "Chiara")),
            "family_name": f"v{version}",
            "email": f"{key[-6:]}@example.org",
            "membership": self._random.choice(("active", "lapsed")),
            "identifiers": [
                {"issuer": "pretix", "value": ticket, "version": self._tickets[ticket][1]} for ticket in self._of(key)
            ],
        }
        return News(type_name, key, version, data)

    def _event(self) -> list[News]:
        return self._of_example("event.published.v1", "event.updated.v1", "event.cancelled.v1", "cancelled")

    def _block(self) -> list[News]:
        known = sorted(self.versions)
        key = self._random.choice(known) if len(known) > 3 else ":".join(sorted((new_id(), new_id())))
        blocked = self._random.random() < 0.6
        data = {"member_ids": key.split(":"), "blocked": blocked}
        return [News("block.set.v1" if blocked else "block.lifted.v1", key, self._version(key), data)]

    def _program(self) -> list[News]:
        return self._of_example("program.opened.v1", "program.updated.v1", "program.completed.v1", "completed")

    def _of_example(self, first: str, then: str = "", last: str = "", ended: str = "") -> list[News]:
        alive = self._alive()
        example = self._random.choice(examples_of(registry.get(first))).data or {}
        if len(alive) < 4:
            key, type_name, change = new_id(), first, {}
        else:
            key = self._random.choice(alive)
            ends = bool(last) and self._random.random() < 0.2
            type_name, change = (last, {"state": ended}) if ends else (then or first, {})
            if ends:
                self._over.add(key)
        version = self._version(key)
        data = {**example, "id": key, "name": f"v{version}", **change}
        if first == "event.published.v1":
            data |= {"starts_at": "2126-05-04T07:00:00Z", "ends_at": "2126-05-06T16:00:00Z"}
        return [News(type_name, key, version, data)]


def a_bit_of_everything(service: Service) -> Iterator[News]:
    """Every example of every type that the service hears of, some keys of which meet."""
    versions: dict[tuple[str, str], int] = {}
    types = {registry.get(name).name for reaction in service.reactions for name in reaction.types}
    for kind in registry.all_types():
        if kind.name not in types:
            continue
        for example in examples_of(kind):
            data = dict(example.data) if example.data is not None else None
            key = str((data or {}).get("id") or (data or {}).get("mentorship_id") or new_id())
            place = (kind.topic.name, key)
            versions[place] = versions.get(place, 0) + 1
            outside = kind.topic.name == "attendees.v1"
            yield News(kind.name, key, None if outside else versions[place], data)


__all__ = ["SERVICES", "TENANT", "History", "News", "Town", "a_bit_of_everything", "build_of", "eventually"]
