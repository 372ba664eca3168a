"""Topics on the broker against the topics in the contract: what differs, and making it so.

The number of partitions of a topic never changes: it decides where a key lives, and order and barriers with it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kafka import KafkaAdminClient
from kafka.admin import ConfigResource
from kafka.errors import TopicAlreadyExistsError

from shared.contracts import registry
from shared.contracts.topic import Topic
from shared.messaging.connecting import connected
from shared.settings import Settings


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing about a topic (by its full name) that is not as the contract says."""

    topic: str
    what: str
    """`missing`, `partitions`, or the name of a setting."""
    actual: str
    wanted: str

    @property
    def mendable(self) -> bool:
        """Whether `apply` can mend it; another number of partitions it refuses."""
        return self.what != "partitions"


def connect(settings: Settings) -> KafkaAdminClient:
    """An admin client. Raises kafka.errors.KafkaError where no broker answers."""
    options = settings.kafka.client_options() | {"bootstrap_timeout_ms": 30_000}
    client: KafkaAdminClient = connected(KafkaAdminClient, **options)
    return client


def differences(admin: KafkaAdminClient, settings: Settings) -> list[Difference]:
    """Everything that `apply` would do, and what it would refuse."""
    wanted = {settings.topic(topic.name): topic for topic in registry.all_topics()}
    partitions = _partitions(admin, list(wanted))
    present = [name for name in wanted if name in partitions]
    actual = _configs(admin, present)
    found: list[Difference] = []
    for name, topic in wanted.items():
        if name not in partitions:
            found.append(Difference(name, "missing", "absent", f"{topic.partitions} partitions"))
            continue
        if partitions[name] != topic.partitions:
            found.append(Difference(name, "partitions", str(partitions[name]), str(topic.partitions)))
        for setting, value in topic.config.items():
            if (is_now := actual[name].get(setting, "default")) != value:
                found.append(Difference(name, setting, is_now, value))
    return found


def apply(admin: KafkaAdminClient, settings: Settings, found: Sequence[Difference]) -> None:
    """Mends the mendable differences: creates topics, waits until they can be used, sets settings."""
    wanted = {settings.topic(topic.name): topic for topic in registry.all_topics()}
    if absent := [difference.topic for difference in found if difference.what == "missing"]:
        _create(admin, {name: wanted[name] for name in absent})
    changes: dict[str, dict[str, str]] = {}
    for difference in found:
        if difference.what not in ("missing", "partitions"):
            changes.setdefault(difference.topic, {})[difference.what] = difference.wanted
    if changes:
        admin.alter_configs([ConfigResource("TOPIC", name, configs) for name, configs in changes.items()])


def _create(admin: KafkaAdminClient, topics: Mapping[str, Topic]) -> None:
    options = {
        name: {"num_partitions": topic.partitions, "configs": dict(topic.config)} for name, topic in topics.items()
    }
    try:
        admin.create_topics(options)
    except TopicAlreadyExistsError:
        # Two at once: whoever came first made it from the same contract.
        for name, option in options.items():
            try:
                admin.create_topics({name: option})
            except TopicAlreadyExistsError:
                continue
    admin.wait_for_topics(list(topics), timeout_ms=30_000)


def _partitions(admin: KafkaAdminClient, names: Sequence[str]) -> dict[str, int]:
    existing = set(admin.list_topics())
    described: Sequence[Mapping[str, Any]] = admin.describe_topics([name for name in names if name in existing] or None)
    return {topic["name"]: len(topic["partitions"]) for topic in described if topic["name"] in names}


def _configs(admin: KafkaAdminClient, names: Sequence[str]) -> dict[str, dict[str, str]]:
    if not names:
        return {}
    described = admin.describe_configs([ConfigResource("TOPIC", name) for name in names], config_filter="all")
    return {
        name: {setting: str(entry["value"]) for setting, entry in entries.items()}
        for name, entries in described["topic"].items()
    }
