"""With ITHACA_STRICT_SOURCES a record of a source that its tenant has not configured is refused."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from services.profiles.app import build as build_profiles
from shared.messaging.relay import Relay
from shared.service import Service, WorkerRole, lay
from shared.settings import Settings
from shared.storage.migrations import migrate
from tests.backends import Backends
from tests.conftest import own_settings
from tests.integration.events.conftest import Bench, Deployment, ticket
from tests.integration.events.test_imports import upload
from tests.integration.events.test_sources import configured
from tests.integration.messaging.services import eventually


@pytest.fixture
def strict(backends: Backends, tmp_path: Path) -> Iterator[Bench]:
    with own_settings(backends, tmp_path) as settings:
        deployed = Deployment(replace(settings, strict_sources=True), tmp_path)
        yield Bench(deployed)
        deployed.foundation.close()


def test_only_configured_sources_are_heard_and_the_others_find_out_why(strict: Bench) -> None:
    event = strict.event(sources=[{"source": name, "source_event_id": "summit"} for name in ("pretix", "shop")])
    configured(strict, name="shop")
    strict.handle([strict.ticket_message("A-1"), strict.ticket_message("B-1", source="shop")])
    assert [each["source"] for each in strict.registrations(event)] == ["shop"]
    listed = strict.call("GET", "/v1/rejections", "integrator").json
    assert listed is not None
    [rejection] = listed["items"]
    assert [(each["pointer"], each["detail"]) for each in rejection["faults"]] == [
        ("/source", "No source of this name is configured: pretix.")
    ]


def test_a_stranger_neither_registers_nor_makes_anybody_a_member_until_the_source_is_ours(
    topics_of: Callable[[], Settings], tmp_path: Path
) -> None:
    """events and profiles as they run, over the broker."""
    settings = replace(topics_of(), strict_sources=True)
    deployed = Deployment(settings, tmp_path)
    foundation = lay(deployed.settings, "profiles")
    profiles = build_profiles(foundation)
    migrate(foundation.database, profiles.all_indexes())
    bench = Bench(deployed)

    def members() -> set[str]:
        return {each["email"] for each in foundation.database["members"].find({"tenant": bench.tenant})}

    def linked(event: str) -> set[str]:
        return {each["email"] for each in bench.registrations(event) if each["member_id"]}

    with bench.running(), at_work(profiles):
        event = bench.event(sources=[{"source": name, "source_event_id": "summit"} for name in ("pretix", "shop")])
        configured(bench, name="shop")
        rows = [
            ticket("A-1", person={"name": "Ada", "email": "ada@example.org"}),
            ticket("B-1", source="shop", person={"name": "Ben", "email": "ben@example.org"}),
        ]
        assert upload(bench, event, rows).status_code == 202
        eventually(lambda: linked(event) == {"ben@example.org"})
        eventually(lambda: foundation.database["registrations"].find_one({"awaits": {"$ne": None}}) is not None)
        assert members() == {"ben@example.org"}
        configured(bench, name="pretix")
        eventually(lambda: members() == {"ada@example.org", "ben@example.org"})
        assert upload(bench, event, [rows[0] | {"updated_at": "2026-11-02T10:00:00Z"}]).status_code == 202
        eventually(lambda: linked(event) == {"ada@example.org", "ben@example.org"})
    foundation.close()
    deployed.foundation.close()


@contextmanager
def at_work(service: Service) -> Iterator[None]:
    """Its relay and its worker in threads."""
    roles: list[Relay | WorkerRole] = [service.relay(), service.worker()]
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
