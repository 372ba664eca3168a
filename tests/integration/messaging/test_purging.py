"""What the machinery holds of an erased person goes, and what waited behind it has its turn."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from shared.errors import Fault
from shared.ids import new_id
from shared.messaging import dead, erasures, letters, outbox, parking, purging
from shared.messaging.due import DueLoop
from shared.messaging.erasing import Step, erasing
from shared.messaging.erasures import Erasures, Request
from shared.messaging.record import Record
from shared.messaging.unit_of_work import Transaction
from shared.service import Foundation, lay
from shared.settings import Settings
from shared.storage.identifier_hashes import IdentifierHashes
from shared.storage.migrations import migrate
from shared.web import idempotency

TENANT, WORD = "acme", "zyzzyva"
NOW = datetime(2026, 3, 1, tzinfo=UTC)


class Corner:
    """A service's database with nothing but the machinery in it, and one person to be forgotten."""

    def __init__(self, settings: Settings) -> None:
        self.ground: Foundation = lay(settings, "events")
        self.database = self.ground.database
        modules = (outbox, letters, parking, erasures, idempotency)
        migrate(self.database, [index for module in modules for index in module.INDEXES])
        self.hashes = IdentifierHashes.from_settings(settings)
        self.erasures = Erasures(self.database, self.hashes)
        self.member = new_id()
        self._offset = 0

    def run(self, work: Callable[[Transaction], Any], tenant: str = TENANT) -> Any:
        return self.ground.unit_of_work.run(work, tenant=tenant)

    def erase(self, *steps: Step) -> None:
        digest = self.hashes.made(TENANT, "email", f"ada@{WORD}.example")
        places = [("pretix", "summit", f"{WORD}-1")]
        request = Request(new_id(), datetime.now(UTC), (self.member,), places, [("email", digest)])
        self.run(lambda transaction: self.erasures.request(transaction, request, tombstone=2))
        work = erasing(self.erasures, steps)
        assert DueLoop(self.ground.unit_of_work, [work], self.ground.clock).step(work)

    def record(
        self, data: bytes | dict[str, Any], *, topic: str = "attendees.v1", key: str = "k", tenant: str = TENANT
    ) -> Record:
        self._offset += 1
        headers = [("ce_specversion", b"1.0"), ("ce_id", new_id().encode()), ("ce_tenant", tenant.encode())]
        value = data if isinstance(data, bytes) else orjson.dumps(data)
        return Record(topic, 0, self._offset, NOW, key.encode(), value, headers)

    def counts(self) -> dict[str, int]:
        [found] = self.database["erasures"].find({"_id": self.member})
        counted: dict[str, int] = found.get("counts", {})
        return counted


@pytest.fixture
def corner(settings: Settings) -> Iterator[Corner]:
    corner = Corner(settings)
    yield corner
    corner.ground.close()


def about(**fields: Any) -> dict[str, Any]:
    """A record that is about the person by the address."""
    data = {"source": "pretix", "source_event_id": "summit", "source_registration_id": "X-1"}
    return {**data, "updated_at": "2026-03-01T00:00:00Z", "person": {"email": f"Ada@{WORD}.example"}, **fields}


def bury(corner: Corner, record: Record, tenant: str = TENANT) -> None:
    corner.run(
        lambda current: dead.bury(current, record, reaction="r", reason="?", faults=[Fault("", "?")], attempts=1),
        tenant,
    )


@pytest.mark.parametrize(
    ("data", "goes"),
    [
        (about(), True),
        (about(person={}, source_registration_id=f"{WORD}-1"), True),
        ({"specversion": "1.0", "data": about()}, True),
        (about(person={"buyer_email": f"ada@{WORD}.example", "name": "Ben"}), True),
        (f'{{"person": {{"email": "ada@{WORD}.example"'.encode(), True),
        (f"\xff\xfe ada@{WORD}.example".encode("latin-1"), True),
        (about(updated_at="2099-01-01T00:00:00Z"), False),
        (about(person={"email": "ben@example.org"}), False),
        (b"not even json", False),
    ],
    ids=["address", "ticket", "structured", "buyer", "cut off", "not UTF-8", "newer", "another", "anything"],
)
def test_a_dead_letter_goes_with_who_it_is_about(corner: Corner, data: Any, goes: bool) -> None:
    bury(corner, corner.record(data))
    corner.erase(purging.purge_letters, purging.purge_outbox)
    left = (
        corner.database["dead"].count_documents({}),
        corner.database["outbox"].count_documents({"topic": "dead.events"}),
    )
    assert left == ((0, 0) if goes else (1, 1))


def test_a_letter_of_another_tenant_stays(corner: Corner) -> None:
    bury(corner, corner.record(about(), tenant="other"), "other")
    corner.erase(purging.purge_letters, purging.purge_outbox)
    assert corner.database["dead"].count_documents({"tenant": "other"}) == 1
    assert corner.database["outbox"].count_documents({"topic": "dead.events"}) == 1


def test_what_waited_behind_a_letter_of_the_person_has_its_turn(corner: Corner) -> None:
    barrier, soon = "reaction\nmembers.v1\nk", datetime.now(UTC) + timedelta(hours=1)
    first = corner.record({}, topic="members.v1", key=corner.member)
    second = corner.record({}, topic="members.v1", key="somebody-else")

    def park(transaction: Transaction) -> None:
        parking.park_head(transaction, first, "reaction", barrier, reason="?", attempts=3, due_at=soon)
        parking.park_behind(transaction, second, "reaction", barrier)

    corner.run(park)
    corner.erase(purging.purge_letters)
    [left] = corner.database["dead"].find()
    assert (left["key"], left["due_at"] < soon) == (b"somebody-else", True)
    assert corner.database["barriers"].count_documents({}) == 1, "it still holds up its own"
    assert corner.counts() == {"letters": 1}


def test_hundreds_of_letters_go_in_several_transactions(corner: Corner) -> None:
    for _ in range(4):
        records = [corner.record(about()) for _ in range(40)]
        corner.run(
            lambda current, records=records: [  # type: ignore[misc]
                letters.put(current, each, reaction="r", reason="?", attempts=1, state=letters.DEAD) for each in records
            ]
        )
    corner.erase(purging.purge_letters)
    assert corner.counts() == {"letters": 160}
    assert corner.database["dead"].count_documents({}) == 0


def test_unsent_messages_about_the_person_are_not_sent_and_the_tombstone_is(corner: Corner) -> None:
    rows = corner.database["outbox"]

    def leave(transaction: Transaction) -> None:
        headers = [("ce_tenant", TENANT.encode()), ("ce_specversion", b"1.0")]
        transaction.leave_raw("members.v1", corner.member, headers, orjson.dumps({"given_name": WORD}))
        transaction.leave_raw("members.v1", corner.member, headers, None)
        transaction.leave_raw("attendees.v1", "one", headers, orjson.dumps(about()))
        transaction.leave_raw("attendees.v1", "two", headers, orjson.dumps(about(person={"name": "Ben"})))
        transaction.leave_raw("members.v1", "somebody-else", headers, orjson.dumps({"given_name": "Ben"}))

    corner.run(leave)
    corner.erase(purging.purge_outbox)
    left = {(row["topic"], row["key"], row["value"] is None) for row in rows.find({"topic": {"$ne": "privacy.v1"}})}
    assert left == {
        ("members.v1", corner.member, True),
        ("attendees.v1", "two", False),
        ("members.v1", "somebody-else", False),
    }


def test_a_barred_message_about_the_person_is_dropped_and_the_tombstone_behind_it_goes_out(corner: Corner) -> None:
    rows = corner.database["outbox"]

    def leave(transaction: Transaction) -> None:
        headers = [("ce_tenant", TENANT.encode()), ("ce_specversion", b"1.0")]
        for value in (orjson.dumps({"given_name": WORD}), orjson.dumps({"given_name": WORD}), None):
            transaction.leave_raw("members.v1", corner.member, headers, value)

    corner.run(leave)
    bar = {"$set": {"barred": {"reason": "too large", "since": NOW, "set_aside": 0}}, "$unset": {"pending": ""}}
    rows.update_one({"key": corner.member, "version": 1}, bar)
    rows.update_many(
        {"key": corner.member, "version": {"$gt": 1}}, {"$set": {"behind": True}, "$unset": {"pending": ""}}
    )
    corner.erase(purging.purge_outbox)
    kept = list(rows.find({"topic": "members.v1"}).sort("version", 1))
    assert [(row["version"], row.get("value"), row.get("pending")) for row in kept] == [
        (1, None, None),
        (3, None, True),
    ]


def test_copies_of_the_person_that_a_rebuild_has_begun_go(corner: Corner) -> None:
    shadows = [f"{name}.rebuild.know_member.3" for name in ("members", "identifiers")]
    corner.database[shadows[0]].insert_many([{"_id": corner.member, "name": WORD}, {"_id": "other"}])
    corner.database[shadows[1]].insert_many([{"_id": "1", "member_id": corner.member}, {"_id": "2", "member_id": "o"}])
    corner.erase(purging.purge_shadows)
    assert [[each["_id"] for each in corner.database[name].find()] for name in shadows] == [["other"], ["2"]]


def test_answers_kept_for_the_person_go_and_those_for_others_stay(corner: Corner) -> None:
    later = datetime.now(UTC) + timedelta(hours=1)

    def row(identifier: str, **fields: Any) -> dict[str, Any]:
        empty = {"subject": "s", "member_id": None, "path": "/v1/things", "expire_at": later, "headers": []}
        return {"_id": identifier, "tenant": TENANT, **empty, **fields}

    corner.database["idempotency"].insert_many(
        [
            row("own", member_id=corner.member),
            row("at", path=f"/v1/members/{corner.member}"),
            row("made", headers=[["Location", f"/v1/members/{corner.member}"]]),
            row("other", member_id=new_id()),
            row("elsewhere", member_id=corner.member, tenant="other"),
        ]
    )
    corner.erase(idempotency.forgetting_answers("https://issuer.test"))
    assert {each["_id"] for each in corner.database["idempotency"].find()} == {"other", "elsewhere"}
    assert corner.counts() == {"answers": 3}
