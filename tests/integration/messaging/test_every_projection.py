"""Every projection of every service: rebuilt while messages flow, it equals one that never was."""

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from shared.contracts import registry
from shared.messaging import inbox
from shared.messaging.log import Log
from shared.messaging.reactions import Kind, Reaction
from shared.messaging.rebuild import Rebuilt, Stage
from shared.service import Service, lay, rebuilding
from shared.settings import read as read_settings
from shared.storage.migrations import migrate
from tests.integration.messaging.services import SERVICES, History, Town, build_of, eventually


def described(name: str) -> Service:
    """The service, which has connected to nothing."""
    foundation = lay(read_settings({}), name)
    try:
        return build_of(name)(foundation)
    finally:
        foundation.close()


PROJECTIONS = [
    (service, reaction.name)
    for service in SERVICES
    for reaction in described(service).reactions
    if reaction.kind is Kind.PROJECTION
]


def reaction_of(town: Town, projection: str) -> Reaction:
    [reaction] = [each for each in town.service.reactions if each.name == projection]
    return reaction


def topic_of(reaction: Reaction) -> str:
    [topic] = {registry.get(name).topic.name for name in reaction.types}
    return topic


def canonical(database: Any, reaction: Reaction) -> dict[str, list[Any]]:
    """What the projection keeps, without when it was written and whose nobody knows."""
    assert reaction.projection is not None
    kept = {}
    for name, field in reaction.projection.collections.items():
        found = sorted(database[name].find({field: {"$ne": None}}), key=lambda each: str(each["_id"]))
        kept[name] = [{key: each[key] for key in sorted(each) if key != "updated_at"} for each in found]
    return kept


def versions(database: Any, reaction: Reaction) -> dict[str, tuple[int, bool]]:
    rows = database[inbox.VERSIONS].find({"_id": {"$regex": f"^{reaction.name}\n"}})
    return {row["_id"].rpartition("\n")[2]: (row["version"], row["erased"]) for row in rows}


def spoil(town: Town, reaction: Reaction) -> None:
    """Loses every third document and turns the others wrong."""
    assert reaction.projection is not None
    for name, field in reaction.projection.collections.items():
        for number, document in enumerate(town.database[name].find({field: {"$ne": None}})):
            if number % 3 == 0:
                town.database[name].delete_one({"_id": document["_id"]})
            elif "name" in document:
                town.database[name].update_one({"_id": document["_id"]}, {"$set": {"name": "spoiled"}})


def rebuild(town: Town, projection: str, at_closing: Callable[[], None] = lambda: None) -> Rebuilt:
    def progress(stage: Stage, _done: int, _total: int) -> None:
        if stage is Stage.CLOSING:
            at_closing()

    return rebuilding(town.build, town.foundation).run(projection, progress)


def twin_of(town: Town, topic: str) -> Any:
    """The database of a service that has handled the whole log and never was rebuilt."""
    settings = replace(town.settings, database_prefix=f"{town.settings.database_prefix}twin_")
    foundation = lay(settings, town.name)
    service = town.build(foundation)
    migrate(foundation.database, service.all_indexes())
    handling = service.handling()
    with Log(settings, [topic]) as log:
        for records, _ in log.read(log.begins(), log.ends()):
            handling.handle(records)
    return foundation.database


def test_every_service_that_copies_something_can_rebuild_it() -> None:
    assert {service for service, _ in PROJECTIONS} == set(SERVICES)
    for service in SERVICES:
        for reaction in described(service).reactions:
            assert (reaction.kind is Kind.PROJECTION) == (reaction.projection is not None), reaction.name


@pytest.mark.parametrize(("service", "projection"), PROJECTIONS)
def test_a_projection_rebuilt_while_messages_flow_equals_one_that_never_was(
    town_of: Callable[[str], Town], service: str, projection: str
) -> None:
    town = town_of(service)
    reaction = reaction_of(town, projection)
    history = History(topic_of(reaction), seed=20261125)

    def caught_up() -> bool:
        known = versions(town.database, reaction)
        return {key: version for key, (version, _) in known.items()} == history.versions

    def publish(count: int) -> None:
        for news in history.next(count):
            town.publish(news)

    def more_comes() -> None:
        flowing.join()
        publish(10)
        eventually(caught_up)

    with town.relaying(), town.working():
        publish(60)
        eventually(caught_up)
        spoil(town, reaction)
        flowing = threading.Thread(target=publish, args=(60,))
        flowing.start()
        rebuild(town, projection, more_comes)
        publish(10)
        eventually(caught_up)
    twin = twin_of(town, topic_of(reaction))
    assert canonical(town.database, reaction) == canonical(twin, reaction)
    assert versions(town.database, reaction) == versions(twin, reaction)
    erased = {key for key, (_, gone) in versions(twin, reaction).items() if gone}
    assert bool(erased) == (topic_of(reaction) == "members.v1")
    twin.client.close()


@pytest.mark.parametrize(("service", "projection"), PROJECTIONS)
def test_a_rebuild_changes_nothing_but_its_own_collections_and_tells_nobody(
    town_of: Callable[[str], Town], service: str, projection: str
) -> None:
    town = town_of(service)
    reaction = reaction_of(town, projection)
    assert reaction.projection is not None
    own = reaction.projection.collections
    with town.relaying(), town.working():
        for news in History(topic_of(reaction), seed=7).next(60):
            town.publish(news)
        eventually(town.caught_up)
    others, copy = town.everything(*own), canonical(town.database, reaction)
    spoil(town, reaction)
    rebuild(town, projection)
    assert town.everything(*own) == others
    assert canonical(town.database, reaction) == copy
    assert any(copy.values())
