"""Topics on the broker against the topics in the contract: what differs, and making it so.

The number of partitions of a topic never changes: it decides where a key lives, and order and barriers with it.
Whatever the contract says nothing about is the operator's: it is left as it is, and only mentioned.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kafka import KafkaAdminClient
from kafka.admin import ConfigResource
from kafka.errors import TopicAlreadyExistsError

from shared.contracts import registry
from shared.contracts.topic import DAY, Topic
from shared.errors import IthacaError
from shared.messaging.connecting import connected
from shared.settings import Settings

_IMPLIED: Mapping[str, str] = {"retention.bytes": "-1", "segment.ms": str(7 * DAY)}
"""What a topic whose messages stay for some days must be like where the contract does not say otherwise.

These are Kafka's own defaults; an override, or another default of the broker, would drop messages before their days
are over, or keep them for longer than the inbox remembers them.
"""


class NotApplied(IthacaError):
    """The broker refuses a setting."""


@dataclass(frozen=True, slots=True)
class Remark:
    """Something about a topic that the contract leaves open."""

    topic: str
    what: str


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


def connect(settings: Settings, *, patience_seconds: float = 30.0) -> KafkaAdminClient:
    """An admin client. Raises kafka.errors.KafkaError where no broker answers in that time."""
    options = settings.kafka.client_options() | {"bootstrap_timeout_ms": int(patience_seconds * 1000)}
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
        is_now = {setting: value for setting, (value, _) in actual[name].items()}
        for setting, value in topic.config.items():
            if is_now.get(setting, "default") != value:
                found.append(Difference(name, setting, is_now.get(setting, "default"), value))
        for setting, value in _implied(topic).items():
            if is_now.get(setting, value) != value:
                found.append(Difference(name, setting, is_now[setting], value))
    return found


def remarks(admin: KafkaAdminClient, settings: Settings) -> list[Remark]:
    """What operators set by hand, and topics under our prefix that no contract names: both stay as they are."""
    wanted = {settings.topic(topic.name): topic for topic in registry.all_topics()}
    existing = sorted(name for name in admin.list_topics() if name.startswith(settings.topic_prefix))
    found = [Remark(name, "the contract does not name this topic") for name in existing if name not in wanted]
    for name, configs in _configs(admin, [name for name in existing if name in wanted]).items():
        topic = wanted[name]
        for setting, (value, own) in sorted(configs.items()):
            if own and setting not in topic.config and setting not in _implied(topic):
                found.append(Remark(name, f"{setting}={value} is set by hand"))
    return found


def apply(admin: KafkaAdminClient, settings: Settings, found: Sequence[Difference]) -> None:
    """Mends the mendable differences: creates topics, waits until they can be used, sets settings.

    Other settings of a topic stay. Raises NotApplied where the broker refuses one, kafka.errors.KafkaError.
    """
    wanted = {settings.topic(topic.name): topic for topic in registry.all_topics()}
    if absent := [difference.topic for difference in found if difference.what == "missing"]:
        _create(admin, {name: wanted[name] for name in absent})
    changes: dict[str, dict[str, str]] = {}
    for difference in found:
        if difference.what not in ("missing", "partitions"):
            changes.setdefault(difference.topic, {})[difference.what] = difference.wanted
    if changes:
        _alter(admin, changes)


def _alter(admin: KafkaAdminClient, changes: Mapping[str, Mapping[str, str]]) -> None:
    """Sets these settings and no others. The client gives the broker's refusals back as texts, one for each topic."""
    try:
        told = admin.alter_configs([ConfigResource("TOPIC", name, dict(each)) for name, each in changes.items()])
    except ValueError as error:  # the broker knows no such setting
        raise NotApplied(f"The broker refuses: {error}.") from error
    refused = [f"{name}: {answer}" for name, answer in told.get("topic", {}).items() if answer != "OK"]
    if refused:
        raise NotApplied(f"The broker refuses: {'; '.join(refused)}.")


def _implied(topic: Topic) -> Mapping[str, str]:
    return {} if topic.compacted else {name: value for name, value in _IMPLIED.items() if name not in topic.config}


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


def _configs(admin: KafkaAdminClient, names: Sequence[str]) -> dict[str, dict[str, tuple[str, bool]]]:
    """The settings in force of each topic, and whether each is the topic's own."""
    if not names:
        return {}
    described = admin.describe_configs([ConfigResource("TOPIC", name) for name in names], config_filter="all")
    return {
        name: {
            setting: (str(entry["value"]), entry.get("config_source") == "DYNAMIC_TOPIC_CONFIG")
            for setting, entry in entries.items()
        }
        for name, entries in described["topic"].items()
    }
