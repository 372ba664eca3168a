"""`/ops`: every tenant's parked and dead messages, redacted unless revealed, and revealing leaves a trace."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from pymongo.database import Database

from shared.ids import new_id
from shared.messaging import barred, letters, outbox
from tests.integration.http.conftest import Surface
from tests.unit.web.issuing import MEMBER

SECRET = b'{"person": {"email": "ada@example.org"}}'

_offsets = count()


@pytest.fixture
def database(surface: Surface) -> Database[dict[str, Any]]:
    return surface.database("events")


def letter(database: Database[dict[str, Any]], tenant: str, value: bytes | None = SECRET, state: str = "dead") -> str:
    now = datetime.now(UTC)
    identifier = new_id()
    database[letters.COLLECTION].insert_one(
        {
            "_id": identifier,
            "topic": "attendees.v1",
            "partition": 0,
            "offset": next(_offsets),
            "reaction": None,
            "tenant": tenant,
            "timestamp": now,
            "key": b"ada@example.org",
            "value": value,
            "headers": [
                ["ce_id", b"7"],
                ["ce_tenant", tenant.encode()],
                ["ce_subject", b"ada@example.org"],
                ["x-from", b"ada@example.org"],
                ["x-none", None],
            ],
            "reason": "against the schema",
            "faults": [{"pointer": "/status", "detail": "Missing data for required field."}],
            "attempts": 1,
            "state": state,
            "barrier": None,
            "due_at": None,
            "at": now,
            "expire_at": now + timedelta(days=30),
        }
    )
    return identifier


def ask(surface: Surface, method: str, path: str, **options: Any) -> Any:
    return surface.call(
        "events", method, path, headers=surface.issuer.headers("operator", tenant="platform"), **options
    )


def test_letters_of_all_tenants_are_listed_by_state_without_what_they_carry(surface: Surface, database: Any) -> None:
    made = [letter(database, tenant, state=state) for tenant in ("acme", "globex") for state in ("dead", "dropped")]
    found, cursor = [], ""
    while cursor is not None:
        page = ask(surface, "GET", f"/ops/dead?state=dead&limit=1{cursor and '&cursor=' + cursor}")
        assert page.status_code == 200
        assert b"ada@" not in page.get_data()
        found += page.get_json()["items"]
        cursor = page.get_json()["next"]
    mine = [each for each in found if each["id"] in made]
    assert [(each["id"], each["tenant"]) for each in mine] == [(made[0], "acme"), (made[2], "globex")]
    assert ask(surface, "GET", "/ops/dead?state=asleep").status_code == 422


def test_a_letter_is_shown_redacted_and_leaves_no_trace(surface: Surface, database: Any) -> None:
    identifier = letter(database, surface.tenant)
    answer = ask(surface, "GET", f"/ops/dead/{identifier}")
    shown = answer.get_json()
    assert b"ada@" not in answer.get_data()
    assert (shown["key"], shown["value"], shown["bytes"], shown["revealed"]) == (None, None, len(SECRET), False)
    assert {each["name"]: each["value"] for each in shown["headers"]} == {
        "ce_id": "7",
        "ce_tenant": surface.tenant,
        "ce_subject": None,
        "x-from": None,
        "x-none": None,
    }
    assert database["audit"].count_documents({"ids.letter_id": identifier}) == 0


def test_revealing_shows_all_of_it_and_leaves_who_and_what(surface: Surface, database: Any) -> None:
    identifier = letter(database, surface.tenant)
    answer = ask(surface, "GET", f"/ops/dead/{identifier}?reveal=true")
    shown = answer.get_json()
    assert (shown["key"], shown["value"], shown["value_encoding"]) == ("ada@example.org", SECRET.decode(), "utf-8")
    assert {each["value"] for each in shown["headers"] if each["name"] == "x-from"} == {"ada@example.org"}
    assert answer.headers["Cache-Control"] == "no-store"
    [row] = database["audit"].find({"ids.letter_id": identifier})
    assert (row["operation"], row["outcome"], row["subject"]) == ("ops.show", "revealed", MEMBER)
    assert (row["tenant"], row["of_tenant"], row["roles"]) == (surface.tenant, "platform", ["operator"])


@pytest.mark.parametrize(("value", "shown"), [(b"\xff\x00", "/wA="), (None, None), (b"", "")])
def test_what_is_no_text_is_revealed_as_base64(
    surface: Surface, database: Any, value: bytes | None, shown: str | None
) -> None:
    answer = ask(surface, "GET", f"/ops/dead/{letter(database, surface.tenant, value)}?reveal=true").get_json()
    assert answer["value"] == shown
    assert answer["value_encoding"] == ("base64" if value == b"\xff\x00" else "utf-8")


def test_a_letter_is_asked_to_be_replayed_or_dropped_once(surface: Surface, database: Any) -> None:
    first, second = letter(database, surface.tenant), letter(database, surface.tenant)
    replayed = ask(surface, "POST", f"/ops/dead/{first}/replay")
    assert (replayed.status_code, replayed.get_json()["state"]) == (202, "replaying")
    dropped = ask(surface, "POST", f"/ops/dead/{second}/drop")
    assert (dropped.status_code, dropped.get_json()["state"]) == (200, "dropped")
    assert ask(surface, "POST", f"/ops/dead/{second}/drop").status_code == 409
    assert database["audit"].count_documents({"ids.letter_id": first, "operation": "ops.replay"}) == 1
    for verb in ("replay", "drop"):
        assert ask(surface, "POST", f"/ops/dead/{new_id()}/{verb}").status_code == 404


def pending(database: Any, key: str, version: int = 1) -> dict[str, Any]:
    row = outbox.raw_row("members.v1", key, version, [], b"{}", datetime.now(UTC) - timedelta(seconds=60))
    row["_id"] = f"0000{row['_id'][4:]}"  # older than whatever else waits in that slot
    database[outbox.COLLECTION].insert_one(row)
    return row


def test_the_outbox_tells_what_waits_and_since_when(surface: Surface, database: Any) -> None:
    before = ask(surface, "GET", "/ops/outbox").get_json()
    row = pending(database, new_id())
    after = ask(surface, "GET", "/ops/outbox").get_json()
    assert after["pending"] == before["pending"] + 1
    assert after["slots"][row["slot"]]["oldest_seconds"] >= 60
    assert after["oldest_seconds"] >= 60


@pytest.mark.parametrize(("verb", "sent"), [("retry", 2), ("drop", 1)])
def test_a_message_that_the_broker_refuses_is_named_and_an_operator_decides(
    surface: Surface, database: Any, verb: str, sent: int
) -> None:
    key = new_id()
    refused, behind = pending(database, key), pending(database, key, 2)
    with database.client.start_session() as session:
        barred.bar(database, session, refused, "MessageSizeTooLarge", datetime.now(UTC))
        barred.set_aside(database, session, [refused["_id"]], [behind])
    found = ask(surface, "GET", "/ops/outbox").get_json()
    [shown] = [each for each in found["barred"] if each["id"] == refused["_id"]]
    assert (shown["reason"], shown["topic"], shown["behind"]) == ("MessageSizeTooLarge", "members.v1", 1)
    assert (found["behind"], found["barred_count"]) == (1, 1)
    assert ask(surface, "POST", f"/ops/outbox/{refused['_id']}/{verb}").status_code == 204
    assert ask(surface, "POST", f"/ops/outbox/{refused['_id']}/{verb}").status_code == 404
    assert database[outbox.COLLECTION].count_documents({"key": key, "pending": True}) == sent
    assert ask(surface, "GET", "/ops/outbox").get_json()["barred_count"] == 0


def test_the_lag_of_topics_that_are_not_there_yet_is_none(surface: Surface) -> None:
    answer = ask(surface, "GET", "/ops/lag")
    assert answer.status_code == 200
    assert answer.get_json()["partitions"] == []
    assert (answer.get_json()["messages"], answer.get_json()["seconds"]) == (0, None)


def test_the_lag_names_the_reactions_that_are_stopped(surface: Surface, database: Any) -> None:
    now = datetime.now(UTC)
    stopped = {"_id": "take_attendee_record", "in_a_row": 20, "opened_at": now, "try_at": now, "pause": 1}
    database["breakers"].insert_one(stopped)
    assert ask(surface, "GET", "/ops/lag").get_json()["stopped"] == ["take_attendee_record"]
    database["breakers"].delete_one({"_id": stopped["_id"]})
    assert ask(surface, "GET", "/ops/lag").get_json()["stopped"] == []
