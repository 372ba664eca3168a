"""What each service announces again: all that it ever told of, as it is now, and nothing that it never told."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from services.events.commands.cancel_event import cancel_event
from services.events.commands.change_event import change_event
from services.events.commands.create_event import create_event
from services.events.commands.publish_event import publish_event
from services.events.store import Store as EventsStore
from services.matching.commands.block_member import block_member, lift_block
from services.matching.commands.create_program import create_program
from services.matching.commands.move_program import move_program
from services.matching.domain.member import Member
from services.matching.domain.program import Format, Kind
from services.matching.store import Store as MatchingStore
from services.profiles.commands.change_association import change_association
from services.profiles.commands.change_group import change_group, create_group
from services.profiles.commands.merge_member import merge_member
from services.profiles.commands.register_member import register_member
from services.profiles.store import Store as ProfilesStore
from shared.contracts import registry
from shared.ids import new_id
from shared.messaging.announce import announce
from shared.messaging.unit_of_work import Transaction
from shared.service import lay
from shared.settings import Settings
from shared.storage.migrations import migrate
from tests.integration.messaging.services import SERVICES, TENANT, build_of


def people(transaction: Transaction, database: Any) -> None:
    for name in ("Ada", "Ben"):
        register_member(transaction, ProfilesStore(database), {"given_name": name, "family_name": "Okafor"}, {})


def one_person(transaction: Transaction, database: Any) -> None:
    store = ProfilesStore(database)
    ada, adas_other = (
        register_member(transaction, store, {"given_name": name, "family_name": "Okafor"}, {}) for name in ("Ada", "A.")
    )
    merge_member(transaction, store, adas_other, ada.id)


def groups(transaction: Transaction, database: Any) -> None:
    store = ProfilesStore(database)
    create_group(transaction, store, {"name": "Milan", "kind": "chapter"})
    founded = create_group(transaction, store, {"name": "old name", "kind": "interest"})
    change_group(transaction, store, founded, {"name": "new name", "archived": True})


def gatherings(transaction: Transaction, database: Any) -> None:
    store = EventsStore(database)

    def planned(name: str) -> Any:
        times = {"starts_at": datetime(2099, 5, 4, tzinfo=UTC), "ends_at": datetime(2099, 5, 6, tzinfo=UTC)}
        return create_event(transaction, store, {"name": name, "time_zone": "Europe/Rome", **times})

    planned("draft")
    cancel_event(transaction, store, planned("draft called off"))
    cancel_event(transaction, store, publish_event(transaction, store, planned("called off")))
    change_event(transaction, store, publish_event(transaction, store, planned("old name")), {"name": "new name"})


def programs(transaction: Transaction, database: Any) -> None:
    store = MatchingStore.over(database)

    def planned(name: str) -> Any:
        return create_program(transaction, store, name=name, kind=Kind.COHORT, program_format=Format.ONE_TO_ONE)

    planned("draft")
    move_program(transaction, store, planned("draft called off"), "cancel")
    move_program(transaction, store, move_program(transaction, store, planned("called off"), "open"), "cancel")
    move_program(transaction, store, planned("open"), "open")


def blocks(transaction: Transaction, database: Any) -> None:
    store = MatchingStore.over(database)
    one, other, third = new_id(), new_id(), new_id()
    for each in (one, other, third):
        member = Member(id=each, tenant=TENANT, version=1, updated_at=transaction.now)
        store.copies.put(transaction.session, member)
    store.pairs.take(transaction.session, TENANT, other, third)
    for each in (other, third):
        block_member(transaction, store, one, each)
    lift_block(transaction, store, one, third)


def association(transaction: Transaction, database: Any) -> None:
    store = ProfilesStore(database)
    named = change_association(transaction, store, None, {"name": "old name"})
    change_association(transaction, store, named, {"name": "new name"})


@pytest.mark.parametrize(
    ("service", "topic", "making", "told"),
    [
        ("profiles", "members.v1", people, [("Ada", 1), ("Ben", 1)]),
        ("profiles", "members.v1", one_person, [("", 2), ("Ada", 2)]),
        ("profiles", "groups.v1", groups, [("Milan", 1), ("new name", 2)]),
        ("profiles", "associations.v1", association, [("new name", 2)]),
        ("events", "events.v1", gatherings, [("called off", 3), ("new name", 3)]),
        ("matching", "programs.v1", programs, [("called off", 3), ("open", 2)]),
        ("matching", "blocks.v1", blocks, [("", 1), ("", 2)]),
    ],
)
def test_what_the_world_knows_is_announced_as_it_is_now(
    settings: Settings,
    service: str,
    topic: str,
    making: Callable[[Transaction, Any], None],
    told: list[tuple[str, int]],
) -> None:
    foundation = lay(settings, service)
    try:
        made = build_of(service)(foundation)
        migrate(foundation.database, made.all_indexes())
        foundation.unit_of_work.run(lambda transaction: making(transaction, foundation.database), tenant=TENANT)
        outbox = foundation.database["outbox"]
        last = {row["key"]: row for row in outbox.find().sort([("version", 1), ("ordinal", 1)])}
        known = [row["_id"] for row in outbox.find()]
        all_facts = [each for each in made.facts if each.topic == topic]
        assert sum(announce(foundation.unit_of_work, each, lambda *_: None) for each in all_facts) == len(told)
        again = list(outbox.find({"_id": {"$nin": known}}))
        contents = {row["key"]: orjson.loads(row["value"]) for row in again}
        names = {key: each.get("name") or each.get("given_name", "") for key, each in contents.items()}
        assert sorted((names[row["key"]], row["version"]) for row in again) == told
        for row in again:
            assert row["topic"] == topic
            assert (row["version"], row["ordinal"]) == (last[row["key"]]["version"], last[row["key"]]["ordinal"] + 1)
            kept = {name: value for name, value in orjson.loads(last[row["key"]]["value"]).items() if name != "reason"}
            assert contents[row["key"]] == kept
    finally:
        foundation.close()


@pytest.mark.parametrize("service", SERVICES)
def test_every_compacted_topic_that_a_service_writes_has_its_facts(settings: Settings, service: str) -> None:
    foundation = lay(settings, service)
    owned = {topic.name for topic in registry.all_topics() if topic.compacted and service in topic.written_by}
    assert {facts.topic for facts in build_of(service)(foundation).facts} == owned
    foundation.close()
