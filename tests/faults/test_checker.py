"""The checker sees each thing that can go wrong: done by hand to a run in which nothing did."""

import dataclasses
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from shared.settings import Settings
from tests.backends import Backends
from tests.conftest import own_settings
from tests.faults.association import Association, found
from tests.faults.check_projections import projection_violations
from tests.faults.checker import violations
from tests.faults.evidence import Evidence
from tests.faults.fleet import Fleet, Role
from tests.faults.journal import Entry
from tests.faults.stream import Record, Stream, make_stream
from tests.faults.waiting import eventually
from tests.faults.workload import Publishing

ROLES = tuple(Role(service, role, 1) for service in ("events", "profiles") for role in ("worker", "relay"))
SEED = 5
_VERSIONS_AT_MOST = 5

pytestmark = pytest.mark.kafka("is asked for its groups' offsets, as in the runs that this checks")


@pytest.fixture(scope="module")
def sound(backends: Backends, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Evidence]:
    """A small run without faults."""
    folder = tmp_path_factory.mktemp("sound")
    with own_settings(backends, folder) as settings:
        yield from _run(settings, folder)


def _run(settings: Settings, folder: Path) -> Iterator[Evidence]:
    association, ground = found(settings)
    fleet = Fleet({**os.environ, **association.environment}, (*ROLES, Role("events", "web", 1)), folder / "logs")
    try:
        fleet.start_and_wait()
        event = association.open_event(fleet["events-web-1"].url)
        publishing = Publishing(
            make_stream(SEED, 400),
            settings,
            tenant=association.tenant,
            seed=SEED,
            seconds=0,
            upload_to=f"{event}/attendees",
            token=association.token("integrator"),
        )
        publishing.start()
        eventually(publishing.done, within=240)
        eventually(ground.still, within=240)
        later = _later(publishing.uploaded, settings, association, f"{event}/attendees")
        eventually(ground.still, within=240)
        uploaded = [*publishing.uploaded, *later.uploaded]
        yield Evidence(ground, association.tenant, ground.journal.entries, uploaded, publishing.sent | later.sent)
    finally:
        fleet.end()
        ground.close()


def _later(said: Sequence[Record], settings: Settings, association: Association, upload_to: str) -> Publishing:
    """Cancels each registration that was uploaded, once it is known whose it is: so it is told of twice, in order."""
    last = _VERSIONS_AT_MOST + 1
    data = {"status": "cancelled", "ticket_type": f"version {last}", "updated_at": "2026-01-05T10:00:00Z"}
    cancelled = {each.registration: Record(each.registration, last, each.data | data) for each in said}
    publishing = Publishing(
        Stream([list(cancelled.values())[:50]], []),
        settings,
        tenant=association.tenant,
        seed=SEED,
        seconds=0,
        upload_to=upload_to,
        token=association.token("integrator"),
    )
    publishing.start()
    eventually(publishing.done, within=240)
    return publishing


def test_a_sound_run_has_no_violation(sound: Evidence) -> None:
    assert violations(sound) == []


def lost(entries: list[Entry], topic: str) -> list[Entry]:
    """Without the last message of the topic, wherever it stands."""
    gone = [entry for entry in entries if entry.topic == topic][-1].identity
    return [entry for entry in entries if entry.identity != gone]


def reordered(entries: list[Entry], topic: str) -> list[Entry]:
    """With the first two messages of some key of the topic in each other's place."""
    places: dict[str, list[int]] = {}
    seen: set[tuple[str, str]] = set()
    for place, entry in enumerate(entries):
        if entry.topic == topic and entry.identity not in seen:
            places.setdefault(entry.key, []).append(place)
        seen.add(entry.identity)
    first, second, *_ = next(each for each in places.values() if len(each) > 1)
    changed = list(entries)
    changed[first], changed[second] = entries[second], entries[first]
    return changed


def phantom(entries: list[Entry], topic: str) -> list[Entry]:
    """With a message more, of which nobody left a row."""
    last = [entry for entry in entries if entry.topic == topic][-1]
    headers = tuple((name, b"0" * 36 if name == "ce_id" else content) for name, content in last.headers)
    return [*entries, dataclasses.replace(last, headers=headers)]


@pytest.mark.parametrize("change", [lost, reordered, phantom])
@pytest.mark.parametrize("topic", ["members.v1", "registrations.v1"])
def test_a_wrong_log_is_seen(sound: Evidence, change: Callable[..., list[Entry]], topic: str) -> None:
    assert violations(dataclasses.replace(sound, entries=change(list(sound.entries), topic)))


def test_a_record_that_was_acknowledged_and_is_not_there_is_seen(sound: Evidence) -> None:
    record = make_stream(SEED + 1, 1).everything[0]
    assert violations(dataclasses.replace(sound, sent={**sound.sent, "an-id": record}))
    never = dataclasses.replace(record, registration="T0")
    assert violations(dataclasses.replace(sound, uploaded=[*sound.uploaded, never]))


@pytest.mark.parametrize(
    ("service", "collection", "change"),
    [
        ("events", "registrations", {"$set": {"ticket_type": "another"}}),
        ("events", "registrations", {"$set": {"member_id": "another"}}),
        ("events", "events", {"$inc": {"seats_taken": 1}}),
        ("events", "members", {"$set": {"name": "Another"}}),
        ("events", "identifiers", {"$inc": {"version": 1}}),
        ("events", "inbox_versions", {"$inc": {"version": -1}}),
        ("profiles", "members", {"$set": {"identifiers": []}}),
    ],
)
def test_a_wrong_document_is_seen(sound: Evidence, service: str, collection: str, change: dict[str, Any]) -> None:
    documents = sound.ground.database(service)[collection]
    before = documents.find_one_and_update({}, change)
    assert before is not None
    try:
        assert violations(sound)
    finally:
        documents.replace_one({"_id": before["_id"]}, before)


@pytest.mark.parametrize(
    ("service", "collection"),
    [("events", "registrations"), ("events", "inbox"), ("profiles", "inbox"), ("profiles", "outbox")],
)
def test_a_missing_document_is_seen(sound: Evidence, service: str, collection: str) -> None:
    documents = sound.ground.database(service)[collection]
    before = documents.find_one_and_delete({})
    assert before is not None
    try:
        assert violations(sound)
    finally:
        documents.insert_one(before)


def test_an_effect_of_no_message_is_seen(sound: Evidence) -> None:
    rows = sound.ground.database("events")["inbox"]
    row = rows.insert_one({"_id": "take_attendee_record\na\nb\nc"})
    try:
        assert violations(sound)
    finally:
        rows.delete_one({"_id": row.inserted_id})


def test_a_dead_letter_about_a_good_record_is_seen(sound: Evidence) -> None:
    first = next(entry for entry in sound.entries if entry.topic == "attendees.v1")
    letters = sound.ground.database("events")["dead"]
    place = {"topic": first.topic, "partition": first.partition, "offset": first.offset}
    letter = letters.insert_one({**place, "state": "dead", "reason": "none", "expire_at": None})
    try:
        assert violations(sound)
    finally:
        letters.delete_one({"_id": letter.inserted_id})


def test_poison_that_nobody_buried_is_seen(sound: Evidence) -> None:
    poison = Entry("attendees.v1", 0, 1_000_000, "poison/1", (), b"{ no JSON")
    assert violations(dataclasses.replace(sound, entries=[*sound.entries, poison]))


def test_a_copy_that_is_not_what_the_log_gives_is_seen(sound: Evidence) -> None:
    copies = sound.ground.database("events")["members"]
    assert copies.update_one({}, {"$set": {"name": "Another"}}).modified_count == 1
    assert len(list(projection_violations(sound.ground))) == 1  # every other copy is as it should be
