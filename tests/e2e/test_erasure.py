"""A member with a year behind them is erased: nothing is left in any database, nor on the disk of the broker.

On Apache Kafka with times in seconds where the contract has hours and days. Everything personal holds one word that
is found nowhere else.
"""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
import requests
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import ConfigResource
from pymongo import MongoClient
from pymongo.database import Database

from cli.embedded import kafka as embedded_kafka
from cli.embedded.errors import NotAvailable
from cli.embedded.java import find_java
from cli.embedded.mongodb import find_mongod
from cli.embedded.standalone import embedded_broker
from shared.clock import rfc3339
from shared.contracts import registry
from shared.ids import new_id
from shared.messaging import parking, topics
from shared.messaging.group_lag import group_lag
from shared.messaging.record import Record
from shared.messaging.unit_of_work import Transaction, UnitOfWork
from shared.settings import SERVICES, Settings
from tests.e2e.outside import Outside, record
from tests.e2e.running import Running, eventually
from tests.scanning import places_of

_QUICK = """\
log.cleaner.backoff.ms=300
log.retention.check.interval.ms=500
log.initial.task.delay.ms=500
log.cleaner.threads=2
"""
"""What the broker looks at every quarter of a minute or five minutes."""

_SHORT = {"segment.ms": "1000", "file.delete.delay.ms": "100"}
_COMPACTED = {
    **_SHORT,
    "min.cleanable.dirty.ratio": "0.001",
    "min.compaction.lag.ms": "0",
    "max.compaction.lag.ms": "1000",
    "delete.retention.ms": "500",
}
_KEPT = {**_SHORT, "retention.ms": "2000"}
_PERSONAL = ("members.v1", "attendees.v1", "dead.events", "dead.profiles", "dead.matching", "dead.notifications")
_PLAIN = "what the partner wrote"


@pytest.fixture
def broker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A broker of this test's own: it is told to forget quickly, and its disk is read."""
    if find_mongod() is None:
        pytest.skip("no mongod on PATH and the wheel is not installed")
    try:
        find_java()
    except NotAvailable as error:
        pytest.skip(f"needs Apache Kafka: {error}")
    monkeypatch.setattr(embedded_kafka, "_SETTINGS", embedded_kafka._SETTINGS + _QUICK)
    with embedded_broker(tmp_path / "broker", kind="kafka") as running:
        yield running.bootstrap


@dataclass(frozen=True, slots=True)
class Town:
    """The platform and one tenant of it; `word` is in everything that the erased member said or was called."""

    platform: Running
    tenant: str
    word: str

    @property
    def settings(self) -> Settings:
        return self.platform.settings()

    def staff(self, *roles: str) -> str:
        return self.platform.token(self.tenant, new_id(), *roles)

    def member(self, member_id: str) -> str:
        return self.platform.token(self.tenant, member_id, "member")

    def call(self, method: str, service: str, path: str, token: str, body: Any = None, **options: Any) -> Any:
        answer = self.platform.call(method, service, path, token=token, body=body, **options)
        assert answer.status_code < 300, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    def items(self, service: str, path: str, token: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.call("GET", service, path, token)["items"]
        return found

    def databases(self) -> Iterator[tuple[str, Database[dict[str, Any]]]]:
        settings = self.settings
        with MongoClient[dict[str, Any]](settings.mongodb_uri, tz_aware=True) as client:
            for service in SERVICES:
                yield service, client[settings.database_name(service)]

    def found(self) -> list[str]:
        """Where the word is in the four databases."""
        return [
            f"{service}.{place}" for service, database in self.databases() for place in places_of(database, self.word)
        ]

    def quiet(self) -> bool:
        """Whether every message left was sent."""
        return all(database["outbox"].count_documents({"pending": True}) == 0 for _, database in self.databases())

    def ticket(self, registration: str, **changes: Any) -> dict[str, Any]:
        """A record about the member."""
        person = {"email": f"ada@{self.word}.example", "given_name": f"Ada{self.word}", "family_name": "Okafor"}
        return {**record("spring", registration), "person": person, "goals": [f"to {self.word}"], **changes}


@dataclass(frozen=True, slots=True)
class Year:
    """Whom and what the year left behind."""

    ada: str
    ben: str
    mentorship: str
    event: str


@contextmanager
def platform_of(tmp_path: Path, environment: Mapping[str, str]) -> Iterator[Running]:
    """The platform until the end of the block, on data and topics that a later one finds again."""
    (folder := tmp_path / "run").mkdir(exist_ok=True)
    running = Running(folder / "data", environment)
    try:
        yield running
        running.stop()
    finally:
        running.process.kill()
        running.process.wait()


def lived(town: Town) -> Year:
    """Tickets, a profile, an enrollment, a request, a mentorship with all it has, mails, and what went wrong."""
    word, staff = town.word, town.staff("coordinator", "organizer", "integrator")
    event = _event(town, staff)
    ada = town.call("POST", "profiles", "/v1/members", staff, _profile(word))["id"]
    ben = town.call("POST", "profiles", "/v1/members", staff, {"given_name": "Ben", "family_name": "Lindqvist"})["id"]
    outside = Outside(town.settings, town.tenant)
    outside.binary(town.ticket("A-1"))
    outside.structured(town.ticket("A-2"))
    outside.binary(record("spring", "B-1", person={"buyer_email": f"ada@{word}.example", "name": "Cleo Arden"}))
    outside.binary(town.ticket("X-1", status="perhaps"))
    outside.raw(f'{{"person": {{"email": "ada@{word}.example"'.encode(), {"ce_tenant": town.tenant})
    outside.binary(town.ticket("U-1", source_event_id="nowhere"))
    _until_linked(town, staff, event, "A-1", "A-2", "B-1")
    own = town.call("POST", "events", "/v1/events", staff, _gathering("Workshop"))["id"]
    town.call("POST", "events", f"/v1/events/{own}/publish", staff)
    town.call("POST", "events", f"/v1/events/{own}/registrations", town.member(ada), {})
    town.call("POST", "events", "/v1/calendars", town.member(ada))
    mentorship = _mentorship(town, staff, ada, ben)
    eventually(lambda: len(town.items("notifications", "/v1/inbox", town.member(ada))) > 3)
    eventually(lambda: any(word in each["title"] + each["body"] for each in _inbox(town, ben)))
    _put_aside(town)
    _answer_once(town, ada)
    return Year(ada, ben, mentorship, event)


def _profile(word: str) -> dict[str, Any]:
    return {
        "given_name": f"Ada{word}",
        "family_name": f"Okafor{word}",
        "email": f"ada@{word}.example",
        "identifiers": [{"issuer": "ams", "value": f"M-{word}"}],
        "organization": f"{word} works",
        "goals": [{"text": f"to {word}", "measure": f"{word} measured"}],
        "skills": [{"label": f"{word} keeping", "level": 2, "side": "seeks"}],
        "time_zone": "Europe/Rome",
    }


def _gathering(name: str, *sources: dict[str, str]) -> dict[str, Any]:
    return {
        "name": name,
        "starts_at": "2099-05-04T08:00:00Z",
        "ends_at": "2099-05-04T18:00:00Z",
        "time_zone": "Europe/Rome",
        "sources": list(sources),
    }


def _event(town: Town, staff: str) -> str:
    source = {"source": "turnstile", "source_event_id": "spring"}
    event: str = town.call("POST", "events", "/v1/events", staff, _gathering("Spring meeting", source))["id"]
    town.call("POST", "events", f"/v1/events/{event}/publish", staff)
    return event


def _registrations(town: Town, staff: str, event: str) -> dict[str, dict[str, Any]]:
    listed = town.items("events", f"/v1/events/{event}/registrations?limit=200", staff)
    return {each["source_registration_id"]: each for each in listed}


def _until_linked(town: Town, staff: str, event: str, *tickets: str) -> None:
    def linked() -> bool:
        found = _registrations(town, staff, event)
        return all(each in found and found[each]["member_id"] is not None for each in tickets)

    eventually(linked)


def _mentorship(town: Town, staff: str, ada: str, ben: str) -> str:
    word, as_ada, as_ben = town.word, town.member(ada), town.member(ben)
    program = {"name": "Spring", "kind": "cohort", "format": "one_to_one"}
    program_id = town.call("POST", "matching", "/v1/programs", staff, program)["id"]
    town.call("POST", "matching", f"/v1/programs/{program_id}/open", staff)
    for member_id, role in ((ada, "mentee"), (ben, "mentor")):
        body = {"member_id": member_id, "role": role}
        path = f"/v1/programs/{program_id}/enrollments"
        eventually(
            lambda body=body, path=path: (  # type: ignore[misc]
                town.platform.call("POST", "matching", path, token=staff, body=body).status_code == 201
            )
        )
    run = town.call("POST", "matching", f"/v1/programs/{program_id}/match-runs", staff, {"objective": "best_score"})
    eventually(lambda: town.call("GET", "matching", f"/v1/match-runs/{run['id']}", staff)["state"] == "ready")
    asked = {"program_id": program_id, "mentor_ids": [ben], "message": f"please {word}"}
    request = town.call("POST", "matching", "/v1/requests", as_ada, asked)["items"][0]["id"]
    town.call("POST", "matching", f"/v1/requests/{request}/ask", as_ben, {"question": _PLAIN})
    town.call("POST", "matching", f"/v1/requests/{request}/answer", as_ada, {"answer": f"yes {word}"})
    accepted = town.call("POST", "matching", f"/v1/requests/{request}/accept", as_ben)
    path = f"/v1/mentorships/{accepted['mentorship_id']}"
    terms = {"goals": [f"to {word}"], "format": "video", "frequency": "biweekly", "duration_weeks": 24}
    town.call("PUT", "matching", f"{path}/agreement", as_ada, {**terms, "boundaries": f"no {word}"})
    for token in (as_ada, as_ben):
        town.call("POST", "matching", f"{path}/agreement/sign", token, {"version": 1})
    starts_at = rfc3339(datetime.now(UTC).replace(microsecond=0) + timedelta(days=2))
    meeting = {"starts_at": starts_at, "duration_minutes": 45}
    first = town.call("POST", "matching", f"{path}/sessions", as_ada, {**meeting, "place": word, "notes": word})
    town.call(
        "PATCH", "matching", f"{path}/sessions/{first['id']}", as_ben, {"state": "confirmed", "actions": [_PLAIN]}
    )
    town.call("POST", "matching", f"{path}/sessions", as_ben, {**meeting, "notes": _PLAIN})
    done = town.call("POST", "matching", f"{path}/milestones", as_ada, {"title": word, "skill": f"{word} keeping"})
    reached = {"state": "completed", "evidence": f"see {word}", "level": 4}
    town.call("PATCH", "matching", f"{path}/milestones/{done['id']}", as_ada, reached)
    town.call("POST", "matching", f"{path}/milestones", as_ben, {"title": _PLAIN})
    town.call("POST", "matching", f"{path}/appreciations", as_ada, {"text": f"thanks {word}"})
    town.call("POST", "matching", f"{path}/appreciations", as_ben, {"text": _PLAIN})
    return str(accepted["mentorship_id"])


def _inbox(town: Town, member_id: str) -> list[dict[str, Any]]:
    return town.items("notifications", "/v1/inbox", town.member(member_id))


def _put_aside(town: Town) -> None:
    """A parked message in both services that read the attendees, and a row of a feed that broke off."""
    headers = [
        ("ce_specversion", b"1.0"),
        ("ce_id", new_id().encode()),
        ("ce_source", b"/outside"),
        ("ce_type", b"org.ithaca.attendee.published.v1"),
        ("ce_tenant", town.tenant.encode()),
    ]
    aside = Record("attendees.v1", 0, 1 << 40, datetime.now(UTC), b"k", orjson.dumps(town.ticket("P-1")), headers)
    for service, reaction in (("profiles", "find-the-attendee"), ("events", "take_attendee_record")):
        with MongoClient[dict[str, Any]](town.settings.mongodb_uri, tz_aware=True) as client:
            database = client[town.settings.database_name(service)]

            def park(transaction: Transaction, reaction: str = reaction) -> None:
                later = transaction.now + timedelta(hours=1)
                parking.park_head(transaction, aside, reaction, None, reason="?", attempts=3, due_at=later)

            UnitOfWork(client, database, service, _Now()).run(park, tenant=town.tenant)
            if service == "profiles":
                content = {"member_number": f"M-{town.word}", "given_name": "Ada"}
                row = {"tenant": town.tenant, "number": 1, "member_number": f"M-{town.word}", "content": content}
                database["import_rows"].insert_one({"_id": f"{new_id()}\n000000001", **row})


class _Now:
    def now(self) -> datetime:
        return datetime.now(UTC)


def _answer_once(town: Town, ada: str) -> None:
    with requests.Session() as session:
        session.trust_env = False
        headers = {"Authorization": f"Bearer {town.member(ada)}", "Idempotency-Key": "once"}
        url = f"{town.platform.platform.service('profiles')}/v1/members/claim"
        assert session.post(url, headers=headers, timeout=60).status_code == 200


def erased(town: Town, member_id: str) -> dict[str, Any]:
    """The member asks to be forgotten; the erasure once all four are done."""
    answer = town.platform.call("DELETE", "profiles", f"/v1/members/{member_id}", token=town.member(member_id))
    assert answer.status_code == 202, answer.text
    path, staff = answer.headers["Location"], town.staff("coordinator")

    def completed() -> dict[str, Any] | None:
        shown: dict[str, Any] = town.call("GET", "profiles", path, staff)
        return shown if shown["state"] == "completed" else None

    return eventually(completed)


def on_disk(folder: Path, word: str) -> list[str]:
    """The files below the folder that hold the word."""
    held = []
    for path in sorted(folder.rglob("*")):
        try:
            if path.is_file() and word.encode() in path.read_bytes():
                held.append(str(path.relative_to(folder)))
        except FileNotFoundError:
            continue  # a segment that is being dropped
    return held


def on_topics(settings: Settings, word: str) -> list[str]:
    """The topics with a record that holds the word in its key, value or headers, as consumers decode them."""
    consumer = KafkaConsumer(
        **settings.kafka.client_options(), enable_auto_commit=False, isolation_level="read_uncommitted"
    )
    try:
        names = [name for name in consumer.topics() if name.startswith(settings.topic_prefix)]
        partitions = [
            TopicPartition(name, each) for name in names for each in consumer.partitions_for_topic(name) or ()
        ]
        consumer.assign(partitions)
        consumer.seek_to_beginning()
        ends = consumer.end_offsets(partitions)
        held = set()
        while any(consumer.position(each) < ends[each] for each in partitions):
            for partition, records in consumer.poll(timeout_ms=500).items():
                for each in records:
                    parts = (each.key, each.value, *(content for _, content in each.headers))
                    if any(word.encode() in (part or b"") for part in parts):
                        held.add(partition.topic)
        return sorted(held)
    finally:
        consumer.close()


def hasten(settings: Settings) -> None:
    """The topics with personal data keep what they keep for seconds."""
    admin = topics.connect(settings)
    try:
        changes = {settings.topic(name): _COMPACTED if registry.topic(name).compacted else _KEPT for name in _PERSONAL}
        told = admin.alter_configs([ConfigResource("TOPIC", name, dict(each)) for name, each in changes.items()])
        assert set(told["topic"].values()) == {"OK"}, told
    finally:
        admin.close()


def traffic(settings: Settings) -> None:
    """One more record in each partition: life goes on, and only a full or an old segment is closed."""
    producer = KafkaProducer(**settings.kafka.client_options(), acks="all")
    try:
        for name in _PERSONAL:
            topic = settings.topic(name)
            kind = "attendee.removed" if name == "attendees.v1" else "filler.told"
            removal = record("elsewhere", "F-1")
            data = {
                each: removal[each] for each in ("source", "source_event_id", "source_registration_id", "updated_at")
            }
            headers = [
                ("ce_specversion", b"1.0"),
                ("ce_id", new_id().encode()),
                ("ce_source", b"/filler"),
                ("ce_type", f"org.ithaca.{kind}.v1".encode()),
                ("ce_tenant", b"filler"),
            ]
            for partition in producer.partitions_for(topic):
                key = f"filler-{partition}".encode()
                producer.send(topic, key=key, value=orjson.dumps(data), headers=headers, partition=partition)
        producer.flush(timeout=30)
    finally:
        producer.close()


def forgotten_by_the_broker(settings: Settings, folder: Path, word: str) -> bool:
    traffic(settings)
    return not on_disk(folder, word)


def delete_groups(settings: Settings) -> None:
    """Whoever reads begins at the beginning."""
    admin = topics.connect(settings)
    groups = [f"{settings.topic_prefix}{service}" for service in SERVICES]
    try:
        eventually(lambda: admin.delete_groups(groups) == dict.fromkeys(groups, "OK"))
    finally:
        admin.close()


def caught_up(settings: Settings) -> bool:
    """Whether every service has read all there is."""
    names = [topic.name for topic in registry.all_topics() if not topic.name.startswith("dead.")]
    read: dict[str, Sequence[str]] = {
        "profiles": ["attendees.v1", "registrations.v1", "matches.v1", "events.v1", "privacy.v1"],
        "events": ["attendees.v1", "members.v1", "mentorships.v1", "privacy.v1"],
        "matching": ["members.v1", "registrations.v1", "privacy.v1"],
        "notifications": [name for name in names if name in ("members.v1", "registrations.v1", "mentorships.v1")],
    }
    now = datetime.now(UTC)
    return all(
        lag.messages == 0 and (lag.end == 0 or lag.position > 0)
        for service, of_service in read.items()
        for lag in group_lag(settings, service, of_service, now)
    )


def test_an_erased_member_is_nowhere_and_nothing_brings_them_back(broker: str, tmp_path: Path) -> None:
    unique = uuid.uuid4().hex[:10]
    environment = {
        "KAFKA_BOOTSTRAP_SERVERS": broker,
        "ITHACA_BROKER": "kafka",
        "ITHACA_TOPIC_PREFIX": f"e{unique}.",
        "ITHACA_DATABASE_PREFIX": f"e{unique}_",
    }
    disk = tmp_path / "broker" / "kafka" / "log"
    with platform_of(tmp_path, environment) as platform:
        town = Town(platform, f"gone-{unique}", f"zq{uuid.uuid4().hex}")
        year = lived(town)
        eventually(town.quiet)
        assert {each.partition(".")[0] for each in town.found()} == {"profiles", "matching", "events", "notifications"}
        on_these = on_topics(town.settings, town.word)
        assert {name.partition(".")[2] for name in on_these} == {"members.v1", "attendees.v1", "dead.events"}
        assert on_disk(disk, town.word)

        shown = erased(town, year.ada)
        assert all(each["counts"] for each in shown["services"] if each["service"] != "notifications"), shown
        assert town.found() == []
        eventually(town.quiet)
        hasten(town.settings)
        eventually(lambda: forgotten_by_the_broker(town.settings, disk, town.word), within=300)
        assert on_topics(town.settings, town.word) == []
        assert on_disk(tmp_path / "run" / "data" / "logs", town.word) == [], "no log names anybody"

        _the_partner_s_history_stays(town, year)
        refused = platform.call("GET", "notifications", "/v1/inbox", token=town.member(year.ada))
        assert refused.status_code == 401
        later = town.settings
    delete_groups(later)
    with platform_of(tmp_path, environment) as platform:
        again = Town(platform, town.tenant, town.word)
        eventually(lambda: caught_up(again.settings), within=300)
        eventually(again.quiet)
        assert again.found() == []
        _nobody_comes_back(again, year)
        _who_comes_anew_is_new(again, year)


def _the_partner_s_history_stays(town: Town, year: Year) -> None:
    as_ben, path = town.member(year.ben), f"/v1/mentorships/{year.mentorship}"
    pair = town.call("GET", "matching", path, as_ben)
    assert (pair["state"], pair["mentee_id"]) == ("ended_early", year.ada)
    sessions = town.items("matching", f"{path}/sessions", as_ben)
    assert (sessions[0]["actions"], sessions[1]["notes"]) == ([_PLAIN], _PLAIN)
    assert _PLAIN in {each["title"] for each in town.items("matching", f"{path}/milestones", as_ben)}
    assert _PLAIN in {each["text"] for each in town.items("matching", f"{path}/appreciations", as_ben)}
    assert town.items("notifications", "/v1/inbox", as_ben)
    registrations = _registrations(town, town.staff("organizer"), year.event)
    assert {registrations[each]["status"] for each in ("A-1", "A-2", "B-1")} == {"confirmed"}


def _nobody_comes_back(town: Town, year: Year) -> None:
    """By a late record, by one that is replayed, or by an old feed."""
    staff = town.staff("coordinator", "organizer", "integrator")
    before = len(town.items("profiles", "/v1/members?limit=200", staff))
    outside = Outside(town.settings, town.tenant)
    old = rfc3339(datetime.now(UTC) - timedelta(days=30))
    outside.binary(town.ticket("A-1", updated_at=old))
    outside.binary(town.ticket("N-1", updated_at=old))
    row = {"member_number": f"M-{town.word}", "given_name": f"Ada{town.word}", "family_name": "Okafor"}
    feed = town.call(
        "POST",
        "profiles",
        "/v1/imports?full=false",
        staff,
        content=orjson.dumps(row),
        content_type="application/x-ndjson",
    )
    eventually(lambda: town.call("GET", "profiles", f"/v1/imports/{feed['id']}", staff)["state"] == "finished")
    assert town.call("GET", "profiles", f"/v1/imports/{feed['id']}", staff)["erased"] == 1
    outside.binary(record("spring", "C-1", person={"email": "cleo@example.org", "name": "Cleo"}))
    _until_linked(town, staff, year.event, "C-1")
    eventually(lambda: caught_up(town.settings))
    assert town.found() == []
    assert len(town.items("profiles", "/v1/members?limit=200", staff)) == before + 1, "Cleo alone"


def _who_comes_anew_is_new(town: Town, year: Year) -> None:
    staff = town.staff("coordinator", "organizer")
    newer = town.ticket("A-1", goals=[], updated_at=rfc3339(datetime.now(UTC)))
    Outside(town.settings, town.tenant).binary(newer)

    def linked_anew() -> str | None:
        member_id = _registrations(town, staff, year.event)["A-1"]["member_id"]
        return None if member_id == year.ada else str(member_id)

    member_id = eventually(linked_anew)
    member = town.call("GET", "profiles", f"/v1/members/{member_id}", staff)
    assert (member["provisional"], member.get("goals"), member.get("skills"), member.get("organization")) == (
        True,
        [],
        [],
        None,
    )
    assert [each["value"] for each in member["identifiers"] if each["issuer"] == "ams"] == []
    refused = town.platform.call("GET", "profiles", f"/v1/members/{year.ada}", token=staff)
    assert refused.status_code == 404
