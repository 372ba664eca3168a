"""The broker's topics against the contract: what differs is named, what can be mended is, the rest is left alone."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from click.testing import CliRunner, Result
from kafka import KafkaAdminClient
from kafka.admin import ConfigResource

from cli.main import main
from shared.contracts import registry
from shared.contracts.topic import DAY
from shared.messaging import topics
from shared.messaging.topics import Difference, NotApplied
from shared.settings import Settings
from tests.integration.messaging.conftest import eventually


class Topics:
    """The topics under the prefix of this test."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.admin: KafkaAdminClient = topics.connect(settings)

    def name(self, topic: str) -> str:
        return self.settings.topic(topic)

    def make(self, topic: str, partitions: int) -> None:
        self.admin.create_topics({self.name(topic): {"num_partitions": partitions}})
        self.admin.wait_for_topics([self.name(topic)])

    def configure(self, topic: str, **settings: str) -> None:
        changes = {name.replace("_", "."): value for name, value in settings.items()}
        told = self.admin.alter_configs([ConfigResource("TOPIC", self.name(topic), dict(changes))])
        assert set(told["topic"].values()) == {"OK"}
        eventually(lambda: changes.items() <= self.settings_of(topic).items())

    def settings_of(self, topic: str) -> dict[str, str]:
        found = self.admin.describe_configs([ConfigResource("TOPIC", self.name(topic))], config_filter="all")
        return {name: str(entry["value"]) for name, entry in found["topic"][self.name(topic)].items()}

    def ithaca(self, *arguments: str) -> Result:
        environment = {
            "KAFKA_BOOTSTRAP_SERVERS": ",".join(self.settings.kafka.bootstrap_servers),
            "ITHACA_TOPIC_PREFIX": self.settings.topic_prefix,
            "MONGODB_URI": self.settings.mongodb_uri,
            "ITHACA_BROKER": "kafka" if self.settings.kafka.transactions else "noida",
        }
        return CliRunner().invoke(main, ["topics", *arguments], env=environment)


@pytest.fixture
def broker(settings: Settings) -> Iterator[Topics]:
    broker = Topics(settings)
    yield broker
    own = [name for name in broker.admin.list_topics() if name.startswith(settings.topic_prefix)]
    if own:
        broker.admin.delete_topics(own)
    broker.admin.close()


def test_what_is_missing_is_planned_made_once_and_then_as_the_contract_says(broker: Topics) -> None:
    planned = broker.ithaca("plan")
    assert (planned.exit_code, planned.stdout.count("missing")) == (0, len(registry.all_topics()))
    assert broker.ithaca("check").exit_code == 1
    assert broker.ithaca("apply").exit_code == 0
    checked = broker.ithaca("check")
    assert (checked.exit_code, checked.stdout) == (0, "The topics are as the contract says.\n")
    again = broker.ithaca("apply")
    assert (again.exit_code, again.stdout) == (0, "Nothing to do: the topics are as the contract says.\n")


def test_a_setting_that_drifted_is_named_and_set_while_an_operator_keeps_what_is_theirs(broker: Topics) -> None:
    broker.ithaca("apply")
    broker.configure("registrations.v1", retention_ms="1000", min_insync_replicas="1", flush_ms="60000")
    checked = broker.ithaca("check")
    assert checked.exit_code == 1
    name = broker.name("registrations.v1")
    assert checked.stdout == f"{name} retention.ms: 1000 -> {400 * DAY}\n"
    assert f"note: {name}: flush.ms=60000 is set by hand\n" in checked.stderr
    assert broker.ithaca("apply").exit_code == 0
    now = broker.settings_of("registrations.v1")
    assert (now["retention.ms"], now["min.insync.replicas"], now["flush.ms"]) == (str(400 * DAY), "1", "60000")
    assert broker.ithaca("check").exit_code == 0


@pytest.mark.parametrize(
    ("topic", "setting", "value", "wanted"),
    [
        ("registrations.v1", "retention.bytes", "100000000", "-1"),
        ("registrations.v1", "segment.ms", str(30 * DAY), str(7 * DAY)),
        ("members.v1", "cleanup.policy", "compact,delete", "compact"),
    ],
)
def test_what_would_break_the_words_of_the_contract_is_a_difference_though_it_has_no_line_for_it(
    broker: Topics, topic: str, setting: str, value: str, wanted: str
) -> None:
    broker.ithaca("apply")
    broker.configure(topic, **{setting.replace(".", "_"): value})
    checked = broker.ithaca("check")
    assert (checked.exit_code, checked.stdout) == (1, f"{broker.name(topic)} {setting}: {value} -> {wanted}\n")
    assert broker.ithaca("apply").exit_code == 0
    assert broker.ithaca("check").exit_code == 0


def test_another_number_of_partitions_is_refused_with_advice_and_everything_else_is_done(broker: Topics) -> None:
    broker.make("members.v1", 2)
    applied = broker.ithaca("apply")
    assert applied.exit_code == 1
    assert f"{broker.name('members.v1')} has 2 partitions and should have 6" in applied.stderr
    assert "docs/deployment.md" in applied.stderr
    checked = broker.ithaca("check")
    assert (checked.exit_code, checked.stdout) == (1, f"{broker.name('members.v1')} partitions: 2 -> 6\n")
    assert broker.settings_of("members.v1")["cleanup.policy"] == "compact"


def test_a_topic_that_no_contract_names_is_mentioned_and_stays(broker: Topics) -> None:
    broker.ithaca("apply")
    broker.make("members.v0", 1)
    checked = broker.ithaca("check")
    assert checked.exit_code == 0
    assert f"note: {broker.name('members.v0')}: the contract does not name this topic\n" in checked.stderr
    broker.ithaca("apply")
    assert broker.name("members.v0") in broker.admin.list_topics()


def test_two_that_apply_at_once_both_succeed(broker: Topics) -> None:
    def apply(_: int) -> list[Difference]:
        admin = topics.connect(broker.settings)
        try:
            topics.apply(admin, broker.settings, topics.differences(admin, broker.settings))
            return topics.differences(admin, broker.settings)
        finally:
            admin.close()

    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(apply, range(3))) == [[], [], []]


def test_a_setting_that_the_broker_refuses_is_said_with_its_reason(broker: Topics) -> None:
    broker.make("members.v1", 6)
    wrong = Difference(broker.name("members.v1"), "retention.ms", "604800000", "soon")
    with pytest.raises(NotApplied, match=r"members\.v1: .*retention\.ms"):
        topics.apply(broker.admin, broker.settings, [wrong])


def test_a_setting_that_the_broker_does_not_know_is_said_by_name(broker: Topics) -> None:
    broker.make("members.v1", 6)
    wrong = Difference(broker.name("members.v1"), "retention.moons", "default", "13")
    with pytest.raises(NotApplied, match=r"retention\.moons"):
        topics.apply(broker.admin, broker.settings, [wrong])
