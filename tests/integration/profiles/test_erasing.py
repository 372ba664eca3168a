"""A member is erased: nothing of them is left anywhere, nobody brings them back, and whoever comes anew is new."""

import dataclasses
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from services.profiles.domain.member import Key
from shared.clock import rfc3339
from shared.contracts import registry
from shared.errors import Fault
from shared.ids import new_id
from shared.messaging import dead, erasing, erasures, letters, parking
from shared.messaging.due import DueLoop
from shared.messaging.envelope import Message, headers, value
from shared.messaging.record import Record
from shared.messaging.unit_of_work import Transaction
from shared.settings import Settings
from tests.integration.profiles.conftest import Answer, Office
from tests.integration.profiles.scim import CORE, Provider
from tests.integration.profiles.test_claiming import claim, me
from tests.integration.profiles.test_feed import fed
from tests.scanning import places_of
from tests.unit.profiles.association import record

ADA = {
    "given_name": "Adaxandra",
    "family_name": "Okaforovna",
    "email": "Adaxandra@Secret.example",
    "identifiers": [{"issuer": "ams", "value": "M-4711-ADA"}],
    "goals": [{"text": "to tame a wyvern"}],
    "skills": [{"label": "wyvern taming", "level": 2, "side": "seeks"}],
    "organization": "Wyvernworks",
}
WORDS = ("adaxandra", "okaforovna", "secret.example", "m-4711-ada", "wyvern", "former.example", "auth0|5f7c")
SERVICES = ("profiles", "matching", "events", "notifications")


def due(office: Office, *, steps: int | None = None) -> None:
    """What is due, in so many steps or until nothing is."""
    loop = DueLoop(office.foundation.unit_of_work, office.service.due, office.foundation.clock)
    done = 0
    while (steps is None or done < steps) and any(loop.step(each) for each in office.service.due):
        done += 1


def erase(office: Office, member_id: str, **options: Any) -> Answer:
    return office.call("DELETE", f"/v1/members/{member_id}", **options)


def erased(office: Office, member_id: str) -> str:
    """The erasure, carried out as far as profiles goes."""
    answer = erase(office, member_id)
    assert answer.status_code == 202, answer.json
    due(office)
    return str(answer.json["id"])


def newer(office: Office, content: dict[str, Any]) -> Record:
    """The record, as if its source had said it a moment from now."""
    moment = datetime.now(UTC) + timedelta(seconds=90)
    made = office.record({**content, "updated_at": rfc3339(moment)})
    return dataclasses.replace(made, timestamp=moment)


def in_transaction(office: Office, work: Callable[[Transaction], Any]) -> Any:
    return office.foundation.unit_of_work.run(work, tenant="acme")


def put_aside(office: Office, content: dict[str, Any], state: str, tenant: str = "acme") -> None:
    """A record that could not be handled."""
    aside = office.record(content, tenant)

    def put(transaction: Transaction) -> None:
        if state == letters.PARKED:
            soon = transaction.now + timedelta(hours=1)
            parking.park_head(transaction, aside, "find-the-attendee", None, reason="?", attempts=3, due_at=soon)
        else:
            dead.bury(transaction, aside, reaction="find-the-attendee", reason="?", faults=[Fault("", "?")], attempts=1)

    office.foundation.unit_of_work.run(put, tenant=tenant)


def outbox(office: Office, word: str) -> list[dict[str, Any]]:
    rows = office.foundation.database["outbox"].find().sort([("key", 1), ("version", 1)])
    found = []
    for row in rows:
        kind = bytes(dict(row["headers"]).get("ce_type", b"")).decode()
        if kind.removeprefix("org.ithaca.").startswith(word):
            data = None if row["value"] is None else orjson.loads(row["value"])
            found.append({"key": row["key"], "version": row["version"], "data": data, "headers": dict(row["headers"])})
    return found


def lived(office: Office) -> str:
    """A member with something of theirs in every corner, and the id."""
    member_id: str = office.register(**{**ADA, "email": "adaxandra@former.example"})["id"]
    changed = office.call("PATCH", f"/v1/members/{member_id}", json={"email": ADA["email"]})
    assert changed.status_code == 200, changed.json
    assert claim(office, email="adaxandra@secret.example").json["id"] == member_id
    ticket = record("A-1", email="ADAXANDRA@secret.example", name="Adaxandra Okaforovna", goals=["to tame a wyvern"])
    bought = record("B-1", buyer_email="adaxandra@secret.example", name="Ben Lindqvist")
    own = record("B-2", buyer_email="adaxandra@secret.example", name="Adaxandra Okaforovna")
    office.hear(ticket, bought, own)
    put_aside(office, record("P-1", email="adaxandra@secret.example"), letters.PARKED)
    put_aside(office, record("P-2", member_number="M-4711-ADA", name="Somebody"), letters.DEAD)
    put_aside(office, record("P-3", buyer_email="adaxandra@secret.example", name="Carla Reyes"), letters.DEAD)
    key = {"Idempotency-Key": "once"}
    answer = office.call("POST", "/v1/members/claim", subject=member_id, headers=key)
    assert answer.status_code == 200, answer.json
    interrupted = new_id()
    for number, row in enumerate(
        (
            {"member_number": "M-4711-ADA", "given_name": "Adaxandra"},
            {"member_number": "X-1", "email": "adaxandra@SECRET.example"},
            {"member_number": "X-2", "email": "ben@example.org"},
        )
    ):
        staged = {"tenant": "acme", "number": number, "member_number": row["member_number"], "content": row}
        office.foundation.database["import_rows"].insert_one({"_id": f"{interrupted}\n{number:09}", **staged})
    return member_id


def test_nothing_is_left_of_an_erased_member_in_any_collection(office: Office) -> None:
    stranger = office.register(given_name="Ben", family_name="Lindqvist")
    member_id = lived(office)
    assert {each.rpartition(" ")[0] for each in places_of(office.foundation.database, *WORDS)} >= {
        "members",
        "identifiers",
        "registrations",
        "dead",
        "import_rows",
        "outbox",
    }
    erased(office, member_id)
    assert places_of(office.foundation.database, *WORDS) == []
    assert [each.id for each in office.members() if each.id == stranger["id"]] == [stranger["id"]]
    assert office.call("GET", f"/v1/members/{member_id}").status_code == 404


def test_a_tombstone_and_a_request_go_out_and_tell_nothing_of_who_it_was(office: Office) -> None:
    member_id = lived(office)
    begun = erase(office, member_id).json
    [tombstone] = outbox(office, "member.erased")
    assert (tombstone["key"], tombstone["data"]) == (member_id, None)
    assert {"ce_id", "ce_type", "ce_tenant", "ce_aggregateversion", "ce_subject"} <= tombstone["headers"].keys()
    assert tombstone["version"] == max(each["version"] for each in outbox(office, "member") if each["key"] == member_id)
    [asked] = outbox(office, "erasure.requested")
    data = asked["data"]
    assert (data["id"], data["member_id"], asked["key"]) == (begun["id"], member_id, member_id)
    assert {each["source_registration_id"] for each in data["registrations"]} == {"A-1", "B-2"}
    kinds = [each["kind"] for each in data["hashes"]]
    assert {"email", "member_number", "subject", "buyer"} == set(kinds)
    assert kinds.count("email") == 2, "the address given up, too"
    assert not [word for word in WORDS if word in orjson.dumps(data).decode().casefold()]


def test_an_erasure_shows_how_far_each_service_is(office: Office) -> None:
    member_id = lived(office)
    begun = erase(office, member_id)
    place = begun.headers["Location"]
    assert office.call("GET", place).json == begun.json
    assert (begun.json["state"], {each["state"] for each in begun.json["services"]}) == ("requested", {"requested"})
    due(office)
    shown = {each["service"]: each for each in office.call("GET", place).json["services"]}
    assert shown["profiles"]["state"] == "completed"
    assert shown["profiles"]["counts"] == {
        "letters": 3,
        "feed_rows": 2,
        "answers": 1,
        "unsent_messages": shown["profiles"]["counts"]["unsent_messages"],
    }
    [own] = outbox(office, "erasure.completed")
    assert own["data"]["service"] == "profiles"
    for service in (*SERVICES[1:], *SERVICES[1:3]):
        acknowledge(office, begun.json["id"], member_id, service)
        others = [each for each in office.call("GET", place).json["services"] if each["state"] == "requested"]
        assert (office.call("GET", place).json["state"] == "requested") == bool(others)
    done = office.call("GET", place).json
    assert (done["state"], done["completed_at"]) == ("completed", "2026-12-01T00:00:00Z")
    assert [each["counts"] for each in done["services"][1:]] == [{"things": 3}] * 3


def acknowledge(office: Office, erasure_id: str, member_id: str, service: str, tenant: str = "acme") -> None:
    data = {
        "id": erasure_id,
        "member_id": member_id,
        "service": service,
        "completed_at": "2026-12-01T00:00:00Z",
        "counts": {"things": 3},
    }
    name = "org.ithaca.erasure.completed.v1"
    said = Message(new_id(), name, f"/{service}", None, None, tenant, member_id, 1, "c", None, None, data)
    place = next(office._offsets)
    office.service.handling().handle(
        [Record("privacy.v1", 0, place, datetime.now(UTC), member_id.encode(), value(said), headers(said))]
    )


def test_another_tenant_s_word_is_no_acknowledgment(office: Office) -> None:
    member_id = office.register(**ADA)["id"]
    begun = erase(office, member_id).json
    acknowledge(office, begun["id"], member_id, "events", tenant="other")
    shown = office.call("GET", f"/v1/erasures/{begun['id']}").json
    assert {each["state"] for each in shown["services"]} == {"requested"}
    assert office.call("GET", f"/v1/erasures/{begun['id']}", tenant="other").status_code == 404


def test_members_erase_themselves_and_nobody_else(office: Office) -> None:
    ada, ben = office.register(**ADA)["id"], office.register(given_name="Ben", family_name="Lindqvist")["id"]
    assert erase(office, ada, subject=ben).status_code == 404
    assert erase(office, ada, tenant="other").status_code == 404
    assert office.call("DELETE", f"/v1/members/{ada}", "organizer", "integrator").status_code == 403
    assert erase(office, ada, headers={"If-Match": '"7"'}).status_code == 412
    begun = erase(office, ada, subject=ada)
    assert begun.status_code == 202
    assert office.call("GET", begun.headers["Location"], subject=ada).status_code == 200
    assert office.call("GET", begun.headers["Location"], subject=ben).status_code == 404


def test_asked_again_it_is_the_same_erasure(office: Office) -> None:
    member_id = office.register(**ADA)["id"]
    first, second = erase(office, member_id), erase(office, member_id)
    assert (second.status_code, second.json) == (202, first.json)
    assert len(outbox(office, "erasure.requested")) == 1
    assert erase(office, new_id()).status_code == 404


def test_of_many_who_erase_a_member_at_once_all_get_the_one_erasure(office: Office) -> None:
    member_id = lived(office)
    answers: list[Answer] = []
    together = threading.Barrier(6)

    def ask() -> None:
        together.wait()
        answers.append(erase(office, member_id))

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {(each.status_code, each.json["id"]) for each in answers} == {(202, answers[0].json["id"])}
    assert len(outbox(office, "member.erased")) == 1


@pytest.mark.parametrize("attempt", range(5))
def test_a_record_taken_while_the_member_is_erased_brings_nobody_back(office: Office, attempt: int) -> None:
    office.hear(record("A-1", email="adaxandra@secret.example", name="Adaxandra Okaforovna"))
    [member] = office.members()
    late = [record(f"A-{number}", email="adaxandra@secret.example", name="Adaxandra") for number in range(2, 12)]
    together = threading.Barrier(3)

    def hear(records: Sequence[Any]) -> None:
        together.wait()
        for each in records:
            office.hear(each)

    threads = [threading.Thread(target=hear, args=(late[part::2],)) for part in range(2)]
    for thread in threads:
        thread.start()
    together.wait()
    erased(office, member.id)
    for thread in threads:
        thread.join()
    assert office.members() == []
    assert places_of(office.foundation.database, "adaxandra", "secret.example") == []


@pytest.mark.parametrize(
    "content",
    [
        record("A-1", 9, email="else@where.example", name="Adaxandra Okaforovna"),
        record("A-1", 9, removed=True),
        record("N-1", email="ADAXANDRA@SECRET.example", name="Somebody"),
        record("N-2", member_number=" M-4711-ADA "),
        record("N-3", buyer_email="adaxandra@secret.example", name="adaxandra  OKAFOROVNA"),
        record("N-4", email="adaxandra@former.example"),
    ],
    ids=["the ticket itself", "its removal", "the address", "the number", "the buyer and the name", "an old address"],
)
def test_a_record_from_before_the_erasure_is_passed_over(office: Office, content: dict[str, Any]) -> None:
    erased(office, lived(office))
    before = [each.id for each in office.members()]
    office.hear(content)
    assert [each.id for each in office.members()] == before
    assert places_of(office.foundation.database, *WORDS, "else@where") == []


def test_a_ticket_bought_with_the_address_for_somebody_else_is_taken_without_it(office: Office) -> None:
    erased(office, lived(office))
    office.hear(record("N-1", buyer_email="adaxandra@secret.example", name="Dora Ivanova"))
    assert [each.given_name for each in office.members() if each.given_name == "Dora"] == ["Dora"]
    assert places_of(office.foundation.database, *WORDS) == []


def test_the_other_tickets_of_a_buyer_stay_whose_they_are(office: Office) -> None:
    member_id = lived(office)
    ben = office.owner("B-1")
    erased(office, member_id)
    assert office.owner("B-1").id == ben.id
    office.hear(record("B-1", 5, buyer_email="else@where.example", name="Ben Lindqvist"))
    assert office.owner("B-1").id == ben.id


def test_a_newer_record_makes_somebody_new_with_nothing_of_the_old(office: Office) -> None:
    member_id = lived(office)
    [old] = [each for each in office.members() if each.id == member_id]
    erased(office, member_id)
    again = newer(office, record("A-1", email="adaxandra@secret.example", given_name="Adaxandra"))
    office.service.handling().handle([again])
    new = office.owner("A-1")
    assert new.id != member_id
    assert (new.given_name, new.family_name, new.goals, new.organization) == ("Adaxandra", "", (), None)
    before = {each.key: each.version for each in old.identifiers}
    after = {each.key: each.version for each in new.identifiers}
    shared = before.keys() & after.keys()
    assert shared == {Key("email", "adaxandra@secret.example"), Key("pretix", "summit/A-1")}
    assert all(after[key] > before[key] for key in shared), "readers keep the highest"


def test_a_later_look_leaves_alone_who_came_back(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(erasing, "LOOKS_AGAIN", (timedelta(0), timedelta(0)))
    member_id = lived(office)
    answer = erase(office, member_id)
    assert answer.status_code == 202
    again = newer(office, record("A-1", email="adaxandra@secret.example", given_name="Adaxandra"))
    office.service.handling().handle([again])
    aside = dataclasses.replace(newer(office, record("A-9", email="adaxandra@secret.example")), offset=10_000)

    def park(transaction: Transaction) -> None:
        soon = transaction.now + timedelta(hours=1)
        parking.park_head(transaction, aside, "find-the-attendee", None, reason="?", attempts=3, due_at=soon)

    in_transaction(office, park)
    due(office)
    [kept] = office.foundation.database["erasures"].find()
    assert (kept["due_at"], kept.get("registrations"), kept["looks"]) == (None, None, 2)
    assert office.owner("A-1").given_name == "Adaxandra"
    assert office.foundation.database["dead"].count_documents({}) == 1
    assert len(outbox(office, "erasure.completed")) == 1


def test_the_tombstone_is_sent_once_more_when_the_segment_of_the_first_one_can_be_closed(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erasing, "LOOKS_AGAIN", (timedelta(0), timedelta(0)))
    member_id, away = office.register(**ADA)["id"], office.register(given_name="Xandrine", family_name="Once")["id"]
    assert office.call("POST", f"/v1/members/{away}/merge", json={"into": member_id}).status_code == 200
    erased(office, member_id)
    first, second = outbox(office, "member.erased")
    assert (first["key"], first["version"]) == (second["key"], second["version"])
    assert first["key"] == member_id
    # Nor does the other's state stay, which nothing but the merge replaces.
    assert [each["version"] for each in outbox(office, "member.merged")] == [2, 2]
    open_for = timedelta(milliseconds=int(registry.topic("members.v1").config["segment.ms"]))
    assert sum(erasures.LOOKS_AGAIN, timedelta(0)) > open_for


def test_a_feed_s_row_about_the_erased_is_reported_and_skipped(office: Office) -> None:
    member_id = office.register(**ADA)["id"]
    erased(office, member_id)
    rows = [
        {"member_number": "M-4711-ADA", "given_name": "Adaxandra", "family_name": "Okaforovna"},
        {"member_number": "N-1", "given_name": "A", "family_name": "O", "email": "ADAXANDRA@secret.example"},
        {"member_number": "N-2", "given_name": "Ben", "family_name": "Lindqvist"},
    ]
    upload = fed(office, rows)
    assert (upload["created"], upload["erased"], upload["rejected"], upload["applied"]) == (1, 2, 0, 3)
    assert [(each["row"], each["detail"].partition(":")[0]) for each in upload["faults"]] == [
        (1, "erased"),
        (2, "erased"),
    ]
    assert [each.given_name for each in office.members()] == ["Ben"]
    again = fed(office, rows, dry_run=True)
    assert (again["erased"], again["unchanged"]) == (2, 1)
    assert places_of(office.foundation.database, *WORDS) == []


def test_no_identity_provider_brings_the_erased_back_and_none_is_kept_from_others(office: Office) -> None:
    provider = Provider(office)
    user = provider.create("adaxandra", externalId="wyvern-1", name={"givenName": "Adaxandra", "familyName": "O"})
    erased(office, user["id"])
    assert places_of(office.foundation.database, *WORDS) == []
    for body in ({"userName": "adaxandra"}, {"userName": "else", "externalId": "wyvern-1"}):
        refused = provider.call("POST", "/Users", {"schemas": [CORE], **body})
        assert refused.fault[0] == 409, refused.json
    assert provider.call("GET", f"/Users/{user['id']}").status_code == 404
    assert provider.create("somebody-else")["id"] != user["id"]
    assert places_of(office.foundation.database, *WORDS) == []


def test_an_export_of_the_erased_goes_with_them(office: Office) -> None:
    member_id = office.register(**ADA)["id"]
    asked = office.call("POST", f"/v1/members/{member_id}/export", subject=member_id)
    assert asked.status_code == 202, asked.json
    office.foundation.database["export_chunks"].insert_one(
        {"_id": "x\narchive\n000000", "tenant": "acme", "member_id": member_id, "content": b"Adaxandra"}
    )
    erased(office, member_id)
    for name in ("exports", "export_chunks", "earnings"):
        assert office.foundation.database[name].count_documents({}) == 0


def test_who_signs_in_again_is_new_and_the_feed_is_about_them(office: Office) -> None:
    member_id = office.register(**ADA)["id"]
    assert claim(office, email="adaxandra@secret.example").json["id"] == member_id
    erased(office, member_id)
    assert me(office).status_code == 403, "the sign-in is nobody's now"
    came = claim(office, email="adaxandra@secret.example")
    assert came.status_code == 201
    assert came.json["id"] != member_id
    assert came.json.get("goals") in (None, [])
    row = {"member_number": "M-4711-ADA", "given_name": "Adaxandra", "family_name": "New"}
    upload = fed(office, [{**row, "email": "adaxandra@secret.example"}], full=False)
    assert (upload["changed"], upload["erased"]) == (1, 0)
    assert me(office).json["family_name"] == "New"


def test_the_token_of_an_erased_member_is_of_nobody(office: Office) -> None:
    member_id = office.register(**ADA)["id"]
    group = office.call("POST", "/v1/groups", json={"name": "Milan", "kind": "chapter"}).json["id"]
    erased(office, member_id)
    calls = (
        ("GET", "/v1/members/me", None),
        ("PATCH", "/v1/members/me", {"given_name": "Back"}),
        ("GET", f"/v1/members/{member_id}", None),
        ("PUT", f"/v1/groups/{group}/members/me", None),
    )
    answers = [office.call(method, path, subject=member_id, json=body).status_code for method, path, body in calls]
    assert answers == [404] * 4
    assert office.members() == []


def test_a_record_that_waits_for_its_source_goes_too(own_settings: Settings) -> None:
    office = Office(dataclasses.replace(own_settings, strict_sources=True))
    member_id = office.register(**ADA)["id"]
    office.hear(record("A-1", email="adaxandra@secret.example"), record("A-2", email="ben@example.org"))
    erased(office, member_id)
    assert places_of(office.foundation.database, *WORDS) == []
    assert places_of(office.foundation.database, "ben@example.org") == ["registrations ben@example.org"]
    office.foundation.close()


def test_a_member_of_hundreds_of_tickets_is_erased_like_any_other(office: Office) -> None:
    tickets = [record(f"T-{number}", email="adaxandra@secret.example", name="Adaxandra") for number in range(480)]
    for start in range(0, 480, 120):
        office.hear(*tickets[start : start + 120])
    [member] = office.members()
    erased(office, member.id)
    assert places_of(office.foundation.database, "adaxandra", "secret.example") == []
    assert len(outbox(office, "erasure.requested")[0]["data"]["registrations"]) == 480
    office.hear(*tickets[:100])
    assert office.members() == []


def test_a_ticket_whose_ids_are_full_of_slashes_is_erased_like_any_other(office: Office) -> None:
    event, registration = "e/" + "x" * 198, "/r" * 99 + "/"
    ticket = record("T-1", email="adaxandra@secret.example") | {
        "source_event_id": event,
        "source_registration_id": registration,
    }
    office.hear(ticket)
    [member] = office.members()
    erased(office, member.id)
    told = outbox(office, "erasure.requested")[0]["data"]["registrations"]
    assert (event, registration) in {(each["source_event_id"], each["source_registration_id"]) for each in told}


def test_a_mailbox_that_many_names_share_is_erased_like_any_other(office: Office) -> None:
    addresses = [{"issuer": "email", "value": f"adaxandra{number}@secret.example"} for number in range(40)]
    member_id = office.register(**{**ADA, "identifiers": [*ADA["identifiers"], *addresses]})["id"]
    office.hear(
        *(record(f"T-{each}", email=ADA["email"], name=f"Adaxandra {chr(97 + each)}") for each in range(26)),
        record("B-1", buyer_email="adaxandra7@secret.example", name="Adaxandra Okaforovna"),
    )
    erased(office, member_id)
    assert places_of(office.foundation.database, *WORDS) == []
    office.hear(record("B-2", buyer_email="adaxandra7@secret.example", name="Adaxandra Okaforovna"))
    assert office.members() == []


def test_killed_anywhere_the_erasure_goes_on(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    member_id = lived(office)
    assert erase(office, member_id).status_code == 202
    run = office.foundation.unit_of_work.run
    left = 1

    def dying(work: Any, **options: Any) -> Any:
        nonlocal left
        left -= 1
        if left < 0:
            raise KeyboardInterrupt
        return run(work, **options)

    killed = 0
    for number in range(1, 30):
        left = number
        with monkeypatch.context() as patched:
            patched.setattr(
                type(office.foundation.unit_of_work), "run", lambda _, work, **options: dying(work, **options)
            )
            try:
                due(office)
                break
            except KeyboardInterrupt:
                killed += 1
        office.foundation.database["erasures"].update_many({}, {"$unset": {"claim": ""}})
    assert killed > 5
    assert places_of(office.foundation.database, *WORDS) == []
    assert len(outbox(office, "erasure.completed")) == 1


def test_who_was_merged_into_the_member_goes_with_them(office: Office) -> None:
    member_id, other = office.register(**ADA)["id"], office.register(given_name="Xandrine", family_name="Once")["id"]
    third = office.register(given_name="Xandrine", family_name="Before")["id"]
    for away, into in ((third, other), (other, member_id)):
        assert office.call("POST", f"/v1/members/{away}/merge", json={"into": into}).status_code == 200
    office.foundation.database["participations"].insert_one(
        {"_id": "acme\nold", "tenant": "acme", "member_id": other, "place": "event:1", "live": True}
    )
    assert erase(office, third).status_code == 404, "who was merged away is erased as who they are now"
    erased(office, member_id)
    assert sorted(outbox(office, "erasure.requested")[0]["data"]["merged_ids"]) == sorted([other, third])
    database = office.foundation.database
    assert database["participations"].count_documents({}) == 0
    assert places_of(database, *WORDS, "Xandrine") == []
    assert office.call("POST", f"/v1/members/{other}/unmerge").status_code in (404, 409)
    assert erase(office, other).status_code == 202, "whoever still goes by the old id finds the erasure"


def test_an_export_asked_for_at_the_moment_of_the_erasure_does_not_outlive_it(office: Office) -> None:
    exports = office.foundation.database["exports"]
    for _ in range(8):
        member_id = office.register(given_name="Xan", family_name="Dria")["id"]
        path = f"/v1/members/{member_id}"
        with ThreadPoolExecutor(2) as pool:
            asked = pool.submit(office.call, "POST", f"{path}/export")
            gone = pool.submit(office.call, "DELETE", path)
        assert gone.result().status_code == 202
        assert asked.result().status_code in (202, 404)
        assert exports.count_documents({"member_id": member_id}) == 0


def test_what_could_undo_a_neighbor_s_merge_tells_nothing_of_who_was_unmerged_and_erased(office: Office) -> None:
    survivor = office.register(given_name="Sur", family_name="Vivor", email="survivor@example.org")["id"]
    member_id = office.register(**ADA)["id"]
    neighbor = office.register(given_name="Neigh", family_name="Bor", email="neighbor@example.org")["id"]
    for away in (member_id, neighbor):
        assert office.call("POST", f"/v1/members/{away}/merge", json={"into": survivor}).status_code == 200
    assert office.call("POST", f"/v1/members/{member_id}/unmerge").status_code == 200
    assert [each for each in places_of(office.foundation.database, *WORDS) if "merge_undos" in each] != []
    erased(office, member_id)
    # What was told of the survivor meanwhile is on its way still, and replaced on the topic by what was told since.
    assert {each.split()[0] for each in places_of(office.foundation.database, *WORDS)} <= {"outbox"}
    assert office.call("GET", f"/v1/members/{survivor}").status_code == 200


def test_after_a_change_of_keys_the_erased_are_recognized_still(office: Office, own_settings: Settings) -> None:
    erased(office, office.register(**ADA)["id"])
    keys = ("another-secret-of-the-tests", *own_settings.secret_keys)
    later = Office(dataclasses.replace(own_settings, secret_keys=keys))
    later.hear(record("N-1", email="adaxandra@secret.example"), record("N-2", member_number="M-4711-ADA"))
    assert later.members() == []
    later.foundation.close()


def test_without_a_key_nobody_is_erased_by_halves(own_settings: Settings) -> None:
    office = Office(dataclasses.replace(own_settings, secret_keys=()))
    member_id = office.register(**ADA)["id"]
    answer = erase(office, member_id)
    assert (answer.status_code, "ITHACA_SECRET_KEY" in answer.json["detail"]) == (503, True)
    assert office.call("GET", f"/v1/members/{member_id}").status_code == 200
    assert office.foundation.database["erasures"].count_documents({}) == 0
    office.foundation.close()
