"""Bulk uploads: sound rows go where an outside publisher's records go, bad ones are reported by row."""

from collections.abc import Iterator, Sequence
from typing import Any

import orjson
import pytest
from werkzeug.test import TestResponse

from services.events.commands import import_attendees
from services.events.store import Store
from shared.messaging.cause import Cause
from shared.web import Line
from tests.integration.events.conftest import Bench, ticket

NDJSON = "application/x-ndjson"


def upload(bench: Bench, event: str, rows: Sequence[object], *roles: str, **headers: str) -> TestResponse:
    lines = [row if isinstance(row, bytes) else orjson.dumps(row) for row in rows]
    return bench.call(
        "POST",
        f"/v1/events/{event}/attendees",
        *(roles or ("integrator",)),
        data=b"\n".join(lines),
        content_type=NDJSON,
        headers={name.replace("_", "-"): value for name, value in headers.items()},
    )


def content(answer: TestResponse) -> dict[str, Any]:
    assert answer.status_code == 202, answer.get_data()
    found: dict[str, Any] = answer.json  # type: ignore[assignment]
    return found


def test_sound_rows_are_published_as_their_source_would_and_bad_ones_named_by_row(bench: Bench) -> None:
    event = bench.event()
    rows = [
        ticket("A-1"),
        b"{not json",
        b"",
        ticket("A-2", status="maybe"),
        ticket("A-3", person={"email": "nobody"}, colour="red"),
        ticket("A-1", status="cancelled"),
        ticket("A-4", source_event_id="another"),
        ticket("A-5", updated_at="2098-01-01T00:00:00Z"),
        b"[1]",
        ticket("A-6"),
    ]
    done = content(answer := upload(bench, event, rows))
    assert (done["state"], done["received"], done["published"], done["rejected"]) == ("finished", 9, 2, 7)
    assert [(fault["row"], fault["pointer"]) for fault in done["faults"]] == [
        (2, ""),
        (4, "/status"),
        (5, "/person/email"),
        (5, "/colour"),
        (6, "/source_registration_id"),
        (7, "/source_event_id"),
        (8, "/updated_at"),
        (9, ""),
    ]
    told = bench.told("attendee.published")
    assert [(each.key, each.data) for each in told] == [
        ("pretix/summit/A-1", ticket("A-1")),
        ("pretix/summit/A-6", ticket("A-6")),
    ]
    assert bench.call("GET", answer.headers["Location"], "organizer").json == done


def test_an_upload_is_many_transactions_and_its_faults_are_bounded(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_attendees, "AT_ONCE", 100)
    event = bench.event()
    rows = [ticket(f"A-{number}", **({} if number % 6 == 0 else {"status": "maybe"})) for number in range(1260)]
    done = content(upload(bench, event, rows))
    assert (done["published"], done["rejected"], len(done["faults"]), done["faults_omitted"]) == (210, 1050, 1000, 50)
    assert len(bench.told("attendee")) == 210


def test_the_same_upload_with_one_key_is_published_once(bench: Bench) -> None:
    event = bench.event()
    first, second = (content(upload(bench, event, [ticket("A-1")], Idempotency_Key="once")) for _ in range(2))
    assert first == second
    assert len(bench.told("attendee")) == 1
    assert upload(bench, event, [ticket("A-2")], Idempotency_Key="once").status_code == 409


def test_an_upload_sent_again_without_a_key_changes_nothing(bench: Bench) -> None:
    event = bench.event()
    for _ in range(2):
        content(upload(bench, event, [ticket("A-1")]))
    for told in bench.told("attendee"):
        bench.receive("attendees.v1", told.type, told.data, key=told.key)
    assert bench.shown(event)["seats_taken"] == 1


def test_imports_are_listed_to_their_tenant(bench: Bench) -> None:
    event = bench.event()
    done = content(upload(bench, event, [ticket("A-1")]))
    assert bench.call("GET", "/v1/imports", "integrator").json == {"items": [done], "next": None}
    assert bench.call("GET", "/v1/imports", "integrator", tenant=bench.neighbor).json == {"items": [], "next": None}


def test_an_upload_that_is_no_ndjson_or_not_allowed_is_refused(bench: Bench) -> None:
    event = bench.event()
    path = f"/v1/events/{event}/attendees"
    assert bench.call("POST", path, "integrator", json=ticket("A-1")).status_code == 415
    assert upload(bench, event, [ticket("A-1")], "member").status_code == 403
    assert bench.told("attendee") == []


def test_an_upload_that_breaks_off_keeps_what_it_published_and_says_so(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_attendees, "AT_ONCE", 2)
    event = bench.foundation.database["events"].find_one({"_id": bench.event()})

    def rows() -> Iterator[Line]:
        for number in range(5):
            yield Line(number + 1, ticket(f"A-{number}"))
        raise ConnectionResetError

    store = Store(bench.foundation.database)
    with pytest.raises(ConnectionResetError):
        import_attendees.import_attendees(
            bench.foundation.unit_of_work, store, store.events.from_document(event or {}), rows(), Cause("c")
        )
    (left,) = content_of_list(bench)
    assert (left["state"], left["received"], left["published"]) == ("interrupted", 4, 4)
    assert len(bench.told("attendee")) == 4


def content_of_list(bench: Bench) -> list[dict[str, Any]]:
    listed = bench.call("GET", "/v1/imports", "integrator").json
    assert listed is not None
    items: list[dict[str, Any]] = listed["items"]
    return items
