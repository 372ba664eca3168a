"""`ithaca rebuild` and `ithaca announce` as an operator types them, and a topic drained and made anew."""

import gc
import os
from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result
from kafka import KafkaAdminClient, TopicPartition

from cli.main import main
from services.profiles.commands.register_member import register_member
from services.profiles.store import Store as ProfilesStore
from shared.contracts import registry
from shared.messaging import inbox
from shared.messaging.log import Log
from shared.service import lay
from shared.settings import Settings
from shared.storage.migrations import migrate
from tests.integration.messaging.services import TENANT, History, Town, build_of, eventually


def ithaca(settings: Settings, *arguments: str, **instead: str) -> Result:
    environment = {
        "KAFKA_BOOTSTRAP_SERVERS": ",".join(settings.kafka.bootstrap_servers),
        "MONGODB_URI": settings.mongodb_uri,
        "ITHACA_TOPIC_PREFIX": settings.topic_prefix,
        "ITHACA_DATABASE_PREFIX": settings.database_prefix,
        "ITHACA_BROKER": "kafka" if settings.kafka.transactions else "noida",
        "ITHACA_DATA": str(settings.data),
        "PATH": os.environ["PATH"],
    }
    return CliRunner().invoke(main, list(arguments), env=environment | instead)


def test_a_copy_is_made_anew_and_what_became_of_it_is_said(town_of: Callable[[str], Town]) -> None:
    town = town_of("notifications")
    with town.relaying(), town.working():
        for news in History("programs.v1", seed=5).next(20):
            town.publish(news)
        eventually(town.caught_up)
    count = town.database["programs"].count_documents({})
    town.database["programs"].delete_many({})
    rebuilt = ithaca(town.settings, "rebuild", "notifications", "programs")
    assert (rebuilt.exit_code, rebuilt.stdout) == (
        0,
        f"notifications programs is rebuilt: {count} in programs.\n",
    )
    assert town.database["programs"].count_documents({}) == count > 0


def test_what_the_log_does_not_have_is_said_with_both_ways_out(town_of: Callable[[str], Town]) -> None:
    town = town_of("notifications")
    town.database["programs"].insert_one({"_id": "lost", "tenant": TENANT, "version": 1})
    town.database[inbox.VERSIONS].insert_one({"_id": "programs\nprograms.v1\nlost", "version": 1, "erased": False})
    refused = ithaca(town.settings, "rebuild", "notifications", "programs")
    assert refused.exit_code == 1
    assert "ithaca: The log has nothing of 1 keys that programs knows, lost among them." in refused.stderr
    assert "ithaca announce" in refused.stderr
    assert town.database["programs"].count_documents({}) == 1
    dropped = ithaca(town.settings, "rebuild", "notifications", "programs", "--leave-out-missing")
    assert dropped.exit_code == 0
    assert "1 keys are left out" in dropped.stdout
    assert town.database["programs"].count_documents({}) == 0


@pytest.mark.parametrize(
    ("service", "said"),
    [
        ("profiles", "profiles has no projection nothing. It has know-blocks, know-the-sources."),
        ("notifications", "notifications has no projection nothing. It has people, events, programs, associations."),
    ],
)
def test_a_projection_that_there_is_not_is_answered_with_those_there_are(
    settings: Settings, service: str, said: str
) -> None:
    refused = ithaca(settings, "rebuild", service, "nothing")
    assert (refused.exit_code, refused.stdout, refused.stderr) == (1, "", f"ithaca: {said}\n")


def test_topics_that_are_not_there_are_said_to_be_missing(settings: Settings) -> None:
    refused = ithaca(settings, "rebuild", "matching", "members")
    assert refused.exit_code == 1
    assert "`ithaca topics apply` makes it" in refused.stderr


@pytest.mark.parametrize("command", [("rebuild", "matching", "members"), ("announce", "matching")])
def test_a_database_that_is_away_is_one_line(settings: Settings, command: tuple[str, ...]) -> None:
    away = "mongodb://127.0.0.1:1/?replicaSet=rs0&serverSelectionTimeoutMS=500"
    refused = ithaca(settings, *command, MONGODB_URI=away)
    assert refused.exit_code == 1
    assert refused.stderr.count("\n") == 1
    assert "(MONGODB_URI)" in refused.stderr


def test_a_broker_that_is_away_is_one_line_and_the_copy_stays(settings: Settings) -> None:
    refused = ithaca(settings, "rebuild", "matching", "members", KAFKA_BOOTSTRAP_SERVERS="127.0.0.1:1")
    assert refused.exit_code == 1
    assert refused.stderr.count("\n") == 1
    assert "(KAFKA_BOOTSTRAP_SERVERS)" in refused.stderr
    gc.collect()  # the client leaves the sockets of refused connections to it, as warnings that belong here


def test_a_service_without_facts_says_so(settings: Settings) -> None:
    answered = ithaca(settings, "announce", "notifications")
    assert answered.exit_code == 0
    assert "notifications owns no facts" in answered.stdout


def test_a_service_announces_what_it_owns_and_says_how_much(settings: Settings) -> None:
    foundation = lay(settings, "profiles")
    migrate(foundation.database, build_of("profiles")(foundation).all_indexes())
    foundation.unit_of_work.run(
        lambda transaction: register_member(
            transaction, ProfilesStore(foundation.database), {"given_name": "Ada", "family_name": "Okafor"}, {}
        ),
        tenant=TENANT,
    )
    announced = ithaca(settings, "announce", "profiles")
    assert (announced.exit_code, announced.stdout) == (
        0,
        "members.v1: 1 announced again.\nmembers.v1: 0 announced again.\n"
        "groups.v1: 0 announced again.\nassociations.v1: 0 announced again.\n",
    )
    assert foundation.database["outbox"].count_documents({"topic": "members.v1"}) == 2
    foundation.close()


def test_a_drained_topic_made_anew_with_more_partitions_loses_nothing_and_repeats_nothing(
    town_of: Callable[[str], Town],
) -> None:
    """As docs/deployment.md tells it, with a history in the place of the announcing owner."""
    town = town_of("matching")
    name = town.settings.topic("members.v1")
    history = History("members.v1", seed=11)
    with town.relaying(), town.working():
        for news in history.next(40):
            town.publish(news)
        eventually(town.caught_up)
    before = town.everything()
    for news in history.next(20):  # waits in the outbox: the relay is stopped
        town.publish(news)
    admin = KafkaAdminClient(**town.settings.kafka.client_options())
    admin.delete_topics([name])
    eventually(lambda: name not in admin.list_topics())
    admin.delete_group_offsets(town.group(), [TopicPartition(name, number) for number in range(6)])
    configs = dict(registry.topic("members.v1").config)
    admin.create_topics({name: {"num_partitions": 9, "configs": configs}})
    admin.wait_for_topics([name])
    admin.close()
    with town.working():
        eventually(town.caught_up_with_what_is_there)
        assert town.everything() == before
        with town.relaying():
            eventually(town.caught_up)
    rows = town.database[inbox.VERSIONS].find({"_id": {"$regex": "^members\n"}})
    assert {row["_id"].rpartition("\n")[2]: row["version"] for row in rows} == history.versions
    with Log(town.settings, ["members.v1"]) as log:
        assert len(log.partitions) == 9
