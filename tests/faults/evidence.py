"""What a checker may look at: the topics, the databases, and what the publishers were promised. No process."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

from pymongo.database import Database

from cli.environment import build
from shared.messaging import letters
from shared.service import Service, lay
from shared.settings import Settings
from shared.storage import Document
from tests.faults.journal import Entry, Journal
from tests.faults.poison import is_poison
from tests.faults.stream import Record

OF_THE_STREAM = ("events", "profiles")
"""Services that the stream alone needs."""


class Ground:
    """The services of a run, described and not running, on its broker and databases."""

    def __init__(self, settings: Settings, services: Sequence[str] = OF_THE_STREAM) -> None:
        self.settings = settings
        self.services: Mapping[str, Service] = {name: build(name, lay(settings, name)) for name in services}
        self._journal: Journal | None = None

    def database(self, service: str) -> Database[Document]:
        return self.services[service].foundation.database

    @property
    def journal(self) -> Journal:
        """Opened when it is first looked at: not while the broker is away."""
        self._journal = self._journal or Journal(self.settings)
        return self._journal

    def still(self) -> bool:
        """Whether nothing is under way any more: all was read, all effects are made, all they told is on the topics."""
        self.journal.catch_up()
        groups = {
            f"{self.settings.topic_prefix}{name}": service.handling().topics()
            for name, service in self.services.items()
        }
        if any(self.journal.unread(group, topics) for group, topics in groups.items()):
            return False
        if any(self.database(name)["outbox"].count_documents({"pending": True}) for name in self.services):
            return False
        return not self._waiting() and self.journal.catch_up() == 0

    def _waiting(self) -> bool:
        """Whether a message is to be tried again, or something else is due."""
        now = datetime.now(UTC)
        return any(
            self.database(name)[collection].find_one(where, {"_id": 1})
            for name, service in self.services.items()
            for collection, where in (
                (letters.COLLECTION, {"state": {"$in": [letters.PARKED, letters.REPLAYING]}}),
                *((work.collection, {**work.where, "due_at": {"$lte": now}}) for work in service.due),
            )
        )

    def close(self) -> None:
        if self._journal is not None:
            self._journal.close()
        for service in self.services.values():
            service.foundation.close()


@dataclass(frozen=True)
class Evidence:
    """A moment at which nothing was under way."""

    ground: Ground
    tenant: str
    entries: Sequence[Entry]
    uploaded: Sequence[Record]
    """Rows of uploads that were answered for."""
    sent: Mapping[str, Record]
    """Records that the broker acknowledged, by the id of their message."""
    cast: frozenset[str] = frozenset()
    """Members who did not come by the stream."""

    @cached_property
    def good(self) -> Sequence[Entry]:
        """What is a message and no letter about one: neither poison nor dead."""
        return [entry for entry in self.entries if not is_poison(entry.key) and not entry.topic.startswith("dead.")]

    @cached_property
    def messages(self) -> Mapping[tuple[str, str], Entry]:
        """Each message once, by its identity, at its first place on the log."""
        found: dict[tuple[str, str], Entry] = {}
        for entry in self.good:
            found.setdefault(entry.identity, entry)
        return found

    def on(self, topic: str) -> list[Entry]:
        """The messages of a topic, each once."""
        return [entry for entry in self.messages.values() if entry.topic == topic]

    def documents(self, service: str, collection: str) -> list[Document]:
        return list(self.ground.database(service)[collection].find())

    def summary(self) -> str:
        """In numbers, what was there to be checked."""
        by_topic = Counter(entry.topic for entry in self.entries)
        told = ", ".join(f"{count} on {topic}" for topic, count in sorted(by_topic.items()))
        again = Counter(entry.topic for entry in self.good if entry is not self.messages[entry.identity])
        repeated = ", ".join(f"{count} on {topic}" for topic, count in sorted(again.items())) or "none"
        registrations = len(self.documents("events", "registrations"))
        members = len(self.documents("profiles", "members"))
        return f"{told}; sent again: {repeated}; {registrations} registrations of {members} members"
