"""A database put back from a backup, while the log and everybody else have gone on."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import orjson
import pytest
from flask import Flask

from services.profiles.commands.erase_member import erase_member
from services.profiles.commands.register_member import register_member
from services.profiles.domain.member import Key, Member
from services.profiles.store import Store as ProfilesStore
from shared.clock import rfc3339
from shared.errors import PreconditionFailed
from shared.ids import new_id
from shared.messaging import epoch
from shared.messaging.envelope import Message
from shared.messaging.log import GroupAtWork
from shared.messaging.restoring import Restored, Restoring
from shared.messaging.unit_of_work import Transaction
from shared.service import Foundation, Service, lay
from shared.settings import Settings
from shared.storage import Repository
from shared.storage.identifier_hashes import IdentifierHashes
from shared.storage.migrations import migrate
from shared.web.etags import require_match
from shared.web.transactions import EXTENSION
from tests.integration.messaging import snapshots
from tests.integration.messaging.conftest import Bench, attendee, eventually
from tests.integration.messaging.services import build_of
from tests.integration.messaging.snapshots import Snapshot
from tests.integration.messaging.test_announce import Person, Registry
from tests.integration.messaging.test_repair_commands import ithaca


class Owner(Registry):
    """Owns people, tells of them, and notes attendees: what it does of its own, and what it does by messages."""

    def __init__(self, settings: Settings) -> None:
        Bench.__init__(self, settings, "profiles")
        self.people = Repository(self.database["people"], Person, "person")

    def restoring(self) -> Restoring:
        topics = ("attendees.v1", "members.v1")
        return Restoring(self.settings, self.foundation.unit_of_work, self.name, topics, (self.facts(),), None)

    def restored(self, lost: list[tuple[str, str]]) -> Restored:
        def note(message: Message) -> None:
            lost.append((message.key, message.type.removeprefix("org.ithaca.")))

        return self.restoring().run(datetime.now(UTC) - timedelta(hours=1), note, lambda *_: None)

    def put_back(self, snapshot: Snapshot, entries: list[Any] | None = None) -> None:
        """With processes that start anew, as after any restore."""
        snapshot.put_back(self.foundation.client, entries)
        self.foundation.close()
        self.foundation = lay(self.settings, self.name)
        self.people.collection = self.database["people"]

    def notes(self) -> list[str]:
        return sorted(each["registration"] for each in self.database["notes"].find())

    def attend(self, registration: str) -> None:
        self.publish("attendee.published.v1", f"pretix/summit/{registration}", None, attendee(registration))


def _register(transaction: Transaction, *, store: ProfilesStore, name: str) -> Member:
    given = {"given_name": name, "family_name": "Okafor"}
    return register_member(transaction, store, given, {Key("sso", name): None})


def _pending(database: Any) -> int:
    found: int = database["outbox"].count_documents({"pending": True})
    return found


@contextmanager
def relaying(service: Service) -> Iterator[None]:
    relay = service.relay()
    thread = threading.Thread(target=relay.run)
    thread.start()
    try:
        yield
    finally:
        relay.stop()
        thread.join(30)
        assert not thread.is_alive()


@pytest.fixture
def owner(topics_of: Callable[[], Settings]) -> Iterator[Owner]:
    owner = Owner(topics_of())
    yield owner
    owner.foundation.close()


@pytest.fixture
def reader(owner: Owner) -> Iterator[Bench]:
    """Another service, whose database nothing happens to."""
    reader = Bench(owner.settings, "matching")
    yield reader
    reader.foundation.close()


@pytest.fixture
def profiles(topics_of: Callable[[], Settings]) -> Iterator[Foundation]:
    """The ground of the real service."""
    ground = lay(topics_of(), "profiles")
    yield ground
    ground.close()


def known(reader: Bench, key: str) -> str | None:
    found = reader.database["copies"].find_one({"_id": key})
    return None if found is None else str(found["data"]["family_name"])


def test_a_database_of_an_hour_ago_tells_its_state_again_and_does_again_what_it_had_done_since(
    owner: Owner, reader: Bench
) -> None:
    kept, changed, made = new_id(), new_id(), new_id()
    with reader.running(relays=0):
        with owner.running():
            owner.make(kept)
            owner.make(changed)
            owner.attend("before")
            eventually(lambda: owner.notes() == ["before"] and owner.settled())
        snapshot = snapshots.take(owner.database)
        with owner.running():
            owner.rename(changed, "Lost")
            owner.rename(changed, "Lost as well")
            owner.make(made)
            owner.attend("since")
            eventually(lambda: owner.notes() == ["before", "since"] and owner.settled())
            eventually(lambda: known(reader, changed) == "Lost as well")
            with pytest.raises(GroupAtWork, match="stop them"):
                owner.restored([])
        owner.put_back(snapshot)
        lost: list[tuple[str, str]] = []
        restored = owner.restored(lost)
        assert restored.told == 2
        assert sorted(lost) == sorted((key, "member.updated.v1") for key in (changed, changed, made))
        with owner.running():
            eventually(lambda: owner.notes() == ["before", "since"] and owner.settled())
            eventually(lambda: known(reader, changed) == "Okafor")
            owner.rename(changed, "Lindqvist")
            eventually(lambda: known(reader, changed) == "Lindqvist")
    assert known(reader, kept) == "Okafor"
    assert known(reader, made) == "Okafor"  # of whom nobody but the list of lost writes can say that they are gone


def test_the_last_operation_of_a_database_that_was_lost_brings_back_every_write_that_was_acknowledged(
    owner: Owner, reader: Bench
) -> None:
    """A base and the oplog: nothing has to be done about the service, which goes on as after a crash."""
    sent, waiting = new_id(), new_id()
    with reader.running(relays=0):
        with owner.running():
            owner.make(sent)
            owner.attend("before")
            eventually(lambda: owner.notes() == ["before"] and owner.settled())
        snapshot = snapshots.take(owner.database)
        with owner.running():
            owner.rename(sent, "Lindqvist")
            owner.attend("since")
            eventually(lambda: owner.notes() == ["before", "since"] and owner.settled())
        owner.rename(sent, "Nakamura")
        owner.make(waiting)
        before = snapshots.take(owner.database).documents
        owner.put_back(snapshot, snapshots.operations_since(owner.foundation.client, snapshot))
        assert snapshots.take(owner.database).documents == before
        with owner.running():
            eventually(lambda: known(reader, sent) == "Nakamura" and known(reader, waiting) == "Okafor")
            eventually(owner.settled)
    assert owner.notes() == ["before", "since"]
    assert [version for version, _ in owner.on_the_log(sent)] == [1, 2, 3]
    assert [version for version, _ in owner.on_the_log(waiting)] == [1]


def test_who_was_erased_since_is_not_back_and_whoever_is_still_there_is_told_of_above_all_that_was(
    profiles: Foundation, tmp_path: Path
) -> None:
    """The command, as an operator calls it, for the real service."""
    ground, settings = profiles, profiles.settings
    service = build_of("profiles")(ground)
    migrate(ground.database, service.all_indexes())
    store = ProfilesStore(ground.database, IdentifierHashes.from_settings(settings))
    ada, ben = (
        ground.unit_of_work.run(partial(_register, store=store, name=name), tenant="acme") for name in ("Ada", "Ben")
    )
    with relaying(service):
        eventually(lambda: _pending(ground.database) == 0)
    snapshot, at = snapshots.take(ground.database), ground.clock.now()
    erased = ground.unit_of_work.run(lambda transaction: erase_member(transaction, store, ada), tenant="acme")
    with relaying(service):
        eventually(lambda: _pending(ground.database) == 0)
    snapshot.put_back(ground.client)

    keys = {"ITHACA_SECRET_KEY": ",".join(settings.secret_keys)}
    options = ("--at", rfc3339(at), "--lost", str(tmp_path / "lost.ndjson"))
    restored = ithaca(settings, "restored", "profiles", *options, **keys)

    assert (restored.exit_code, restored.stdout.splitlines()[1:]) == (
        0,
        [
            "1 erasures are carried out again.",
            "lost: 1 org.ithaca.erasure.requested.v1",
            "lost: 1 org.ithaca.member.erased.v1",
        ],
    )
    listed = [orjson.loads(line) for line in (tmp_path / "lost.ndjson").read_bytes().splitlines()]
    assert {(each["type"].split(".")[-2], each["key"]) for each in listed} == {
        ("requested", ada.id),
        ("erased", ada.id),
    }
    assert [each["_id"] for each in ground.database["members"].find()] == [ben.id]
    found = store.erasure_requests.get("acme", erased.id)
    assert (found.member_id, found.requested_at) == (ada.id, erased.requested_at)
    told = {(row["key"], row["topic"]): row for row in ground.database["outbox"].find({"pending": True})}
    moment = int(at.timestamp() * 1000)
    assert all(told[key, "members.v1"]["version"] > moment for key in (ada.id, ben.id))
    assert told[ada.id, "members.v1"]["value"] is None
    [identifier] = orjson.loads(told[ben.id, "members.v1"]["value"])["identifiers"]
    assert identifier["version"] > moment


def test_what_was_read_before_a_restore_matches_nothing_after_it(settings: Settings) -> None:
    ground, app = lay(settings, "profiles"), Flask(__name__)
    read = {"headers": {"If-Match": '"3"'}}
    try:
        for unit_of_work in (ground.unit_of_work, ground.unit_of_work.over(ground.database)):
            app.extensions[EXTENSION] = unit_of_work
            with app.test_request_context(**read):
                restored = unit_of_work.epoch() > 0
                with pytest.raises(PreconditionFailed) if restored else nullcontext():
                    require_match(3)
            epoch.begin(ground.database, ground.clock.now())
        assert restored
    finally:
        ground.client.drop_database(ground.database)
        ground.close()


def test_a_point_that_is_no_time_is_refused_before_anything_is_done(settings: Settings) -> None:
    refused = ithaca(settings, "restored", "profiles", "--at", "yesterday")
    assert refused.exit_code == 2
    assert "2026-11-26T03:00:00Z" in refused.stderr
