"""Bulk uploads: sound rows go where an outside publisher's records go, bad ones are reported by row."""

import gzip
import io
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
    with pytest.raises(import_attendees.BrokenOff) as broken:
        import_attendees.import_attendees(
            bench.foundation.unit_of_work, store, store.events.from_document(event or {}), rows(), Cause("c")
        )
    assert isinstance(broken.value.__cause__, ConnectionResetError)
    (left,) = content_of_list(bench)
    assert (left["state"], left["received"], left["published"]) == ("interrupted", 4, 4)
    assert len(bench.told("attendee")) == 4


def content_of_list(bench: Bench) -> list[dict[str, Any]]:
    listed = bench.call("GET", "/v1/imports", "integrator").json
    assert listed is not None
    items: list[dict[str, Any]] = listed["items"]
    return items


def send(bench: Bench, event: str, body: bytes, **headers: str) -> TestResponse:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    path = f"/v1/events/{event}/attendees"
    return bench.call("POST", path, "integrator", data=body, content_type=NDJSON, headers=named)


def test_a_dry_run_finds_the_same_faults_shows_the_records_and_publishes_nothing(bench: Bench) -> None:
    event = bench.event()
    rows = [ticket("A-1"), ticket("A-2", status="maybe"), ticket("A-1"), b"nope"]
    path = f"/v1/events/{event}/attendees?dry_run=true"
    body = b"\n".join(row if isinstance(row, bytes) else orjson.dumps(row) for row in rows)
    tried = content(answer := bench.call("POST", path, "organizer", data=body, content_type=NDJSON))
    assert (tried["dry_run"], tried["received"], tried["published"], tried["rejected"]) == (True, 4, 0, 3)
    assert tried["preview"] == rows[:3]
    assert bench.told("attendee") == []
    done = content(upload(bench, event, rows))
    assert (done["dry_run"], done["published"], done["faults"]) == (False, 1, tried["faults"])
    assert "preview" not in done
    kept = bench.call("GET", answer.headers["Location"], "organizer").json
    assert kept == {name: value for name, value in tried.items() if name != "preview"}


def test_a_compressed_file_is_taken(bench: Bench) -> None:
    event, lines = bench.event(), [orjson.dumps(ticket(f"A-{number}")) for number in range(3)]
    packed = gzip.compress(lines[0] + b"\n") + gzip.compress(b"\n".join(lines[1:]))
    assert content(send(bench, event, packed, Content_Encoding="gzip"))["published"] == 3


def test_a_compression_that_is_not_known_is_refused_and_the_known_one_named(bench: Bench) -> None:
    refused = send(bench, bench.event(), b"", Content_Encoding="br")
    assert (refused.status_code, refused.headers["Accept-Encoding"]) == (415, "gzip")


@pytest.mark.parametrize("cut", [lambda packed: packed[:-9], lambda packed: b"x" + packed, lambda packed: packed[:-4]])
def test_a_compressed_file_that_is_damaged_is_a_400(bench: Bench, cut: Any) -> None:
    answer = send(bench, bench.event(), cut(gzip.compress(orjson.dumps(ticket("A-1")))), Content_Encoding="gzip")
    assert answer.status_code == 400
    assert "gzip" in answer.get_data(as_text=True)


@pytest.mark.parametrize("key", [{}, {"Idempotency_Key": "once"}])
@pytest.mark.parametrize("packed", [True, False])
def test_a_file_that_turns_out_too_large_says_what_was_published_before(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, packed: bool, key: dict[str, str]
) -> None:
    monkeypatch.setattr(import_attendees, "AT_ONCE", 2)
    monkeypatch.setattr(bench.app, "largest_upload", 100_000)
    rows = b"\n".join(orjson.dumps(ticket(f"A-{number}")) for number in range(3))
    body = rows + b"\n" + b" " * 100_000
    if packed:
        answer = send(bench, event := bench.event(), gzip.compress(body), Content_Encoding="gzip", **key)
    else:  # without Content-Length: with it nothing would be read at all
        answer = bench.call(
            "POST",
            f"/v1/events/{(event := bench.event())}/attendees",
            "integrator",
            input_stream=io.BytesIO(body),
            content_type=NDJSON,
            headers={name.replace("_", "-"): value for name, value in key.items()},
            environ_overrides={"wsgi.input_terminated": True, "CONTENT_LENGTH": ""},
        )
    (left,) = content_of_list(bench)
    assert answer.status_code == 413
    assert answer.json is not None
    assert answer.json["detail"] == (
        f"The file is larger than 100000 bytes. {left['published']} of its rows were published before: see "
        f"/v1/imports/{left['id']}."
    )
    assert (left["state"], left["published"], len(bench.told("attendee"))) == ("interrupted", 2, 2)
    assert content(send(bench, event, rows, **key))["published"] == 3


def test_a_small_file_that_unpacks_without_end_is_stopped(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench.app, "largest_upload", 1 << 20)
    bomb = gzip.compress(b"\n" * (200 << 20))
    assert len(bomb) < bench.app.largest_upload
    assert send(bench, bench.event(), bomb, Content_Encoding="gzip").status_code == 413
    assert bench.told("attendee") == []


def test_a_compressed_body_where_none_is_taken_is_a_415(bench: Bench) -> None:
    body = gzip.compress(orjson.dumps({"name": "Annual Summit"}))
    answer = bench.call(
        "POST",
        "/v1/events",
        "organizer",
        data=body,
        content_type="application/json",
        headers={"Content-Encoding": "gzip"},
    )
    assert (answer.status_code, answer.headers["Accept-Encoding"]) == (415, "identity")
