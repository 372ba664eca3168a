"""A consumer group that was dropped: its worker reads the whole log again, and nothing happens a second time."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

from services.events.commands.create_event import create_event
from services.events.commands.publish_event import publish_event
from services.events.domain.event import EventSource
from services.events.store import Store as EventsStore
from services.matching.commands.create_program import create_program
from services.matching.commands.move_program import move_program
from services.matching.domain.program import Format, Kind
from services.matching.store import Store as MatchingStore
from shared.contracts import registry
from shared.contracts.example import examples_of
from shared.ids import new_id
from shared.messaging.unit_of_work import Transaction
from tests.integration.messaging.services import SERVICES, TENANT, History, News, Town, a_bit_of_everything, eventually

SUMMIT = "019ab001-7c1e-7b5e-9c55-0000000000e1"
"""The event of the examples."""

MADE_BY_MESSAGES = {
    "profiles": ("members", "registrations", "outbox"),
    "matching": ("copies", "attendances", "enrollments", "outbox"),
    "events": ("members", "identifiers", "registrations", "outbox"),
    "notifications": ("people", "events", "programs", "registrations", "notifications", "deliveries"),
}


def set_the_scene(town: Town) -> None:
    """What people have made before, so that the messages have something to act on."""

    def plan_event(transaction: Transaction) -> None:
        store = EventsStore(town.database)
        fields = {
            "name": "Annual Summit",
            "starts_at": datetime(2099, 5, 4, tzinfo=UTC),
            "ends_at": datetime(2099, 5, 6, tzinfo=UTC),
            "time_zone": "Europe/Rome",
            "sources": (EventSource("pretix", "summit"),),
        }
        publish_event(transaction, store, create_event(transaction, store, fields))

    def open_program(transaction: Transaction) -> None:
        store = MatchingStore.over(town.database)
        made = create_program(
            transaction, store, name="Flash", kind=Kind.EVENT, program_format=Format.FLASH, event_id=SUMMIT
        )
        move_program(transaction, store, made, "open")

    work = {"events": plan_event, "matching": open_program}.get(town.name)
    if work is not None:
        town.foundation.unit_of_work.run(work, tenant=TENANT)


def of_another(town: Town) -> Iterator[News]:
    """Of somebody with a ticket. Those of the examples may be erased before they are heard of, as topics are read."""
    member, ticket = new_id(), new_id()
    told = (("member.registered.v1", member, {}), ("registration.confirmed.v1", ticket, {"member_id": member}))
    heard = {registry.get(name).name for reaction in town.service.reactions for name in reaction.types}
    for name, key, own in told:
        if registry.get(name).name in heard:
            data = dict(examples_of(registry.get(name))[-1].data or {})
            yield News(registry.get(name).name, key, 1, data | {"id": key} | own)


@pytest.mark.parametrize("service", SERVICES)
def test_a_group_that_was_dropped_and_made_anew_repeats_no_effect(town_of: Callable[[str], Town], service: str) -> None:
    town = town_of(service)
    with town.relaying():
        set_the_scene(town)
        with town.working():
            for news in (*a_bit_of_everything(town.service), *of_another(town)):
                town.publish(news)
            if "members.v1" in town.service.handling().topics():
                for news in History("members.v1", seed=3).next(40):
                    town.publish(news)
            eventually(town.caught_up)
        before = town.everything()
        town.forget_group()
        assert not town.caught_up()
        with town.working():
            eventually(town.caught_up)
    assert town.everything() == before
    assert before["inbox"] + before["inbox_versions"] != []
    assert all(before[name] != [] for name in MADE_BY_MESSAGES[service])
