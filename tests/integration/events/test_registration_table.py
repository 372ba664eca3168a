"""An event's registrations as a file for spreadsheets."""

import csv
import io
from typing import Any

import pytest
from werkzeug.test import TestResponse

from services.events.api import registration_table
from shared.ids import new_id
from shared.web.csv_upload import CSV
from tests.integration.events.conftest import Bench, ticket
from tests.integration.events.test_registering import register

EVIL = '=HYPERLINK("http://evil")'


def download(bench: Bench, event: str, *roles: str, accept: str = CSV, **options: Any) -> TestResponse:
    path = f"/v1/events/{event}/registrations"
    return bench.call("GET", path, *(roles or ("organizer",)), headers={"Accept": accept}, **options)


def table(answer: TestResponse) -> list[dict[str, str]]:
    assert answer.status_code == 200, answer.get_data()
    content = answer.get_data()
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))


def test_an_organizer_saves_all_registrations_as_a_spreadsheet_reads_them(bench: Bench) -> None:
    event = bench.event()
    bench.member(bench.ada, "A-1", given_name="Zoë", family_name='"the", Great')
    bench.ticket("A-1", ticket_type="Member", mentoring=["mentor", "mentee"], checked_in_at="2026-11-01T09:00:00Z")
    bench.ticket("A-2", person={"name": "Ben", "buyer_email": "office@example.org", "organization": "Acme, Inc."})
    answer = download(bench, event)
    assert answer.content_type == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="registrations-annual-summit.csv"'
    assert "Accept" in answer.vary
    first, second = table(answer)
    shown = {each["source_registration_id"]: each for each in bench.registrations(event)}
    assert first | {"created_at": ""} == {
        "source": "pretix",
        "source_event_id": "summit",
        "source_registration_id": "A-1",
        "name": 'Zoë "the", Great',
        "email": "ada@example.org",
        "buyer_email": "",
        "organization": "",
        "ticket_type": "Member",
        "status": "confirmed",
        "checked_in_at": "2026-11-01T09:00:00Z",
        "mentoring": "mentor;mentee",
        "visibility": "",
        "attending": "true",
        "offer_expires_at": "",
        "created_at": "",
        "member_id": bench.ada,
        "id": shown["A-1"]["id"],
    }
    assert first["created_at"] == shown["A-1"]["created_at"]
    assert (second["name"], second["buyer_email"], second["organization"], second["member_id"]) == (
        "Ben",
        "office@example.org",
        "Acme, Inc.",
        "",
    )


def test_what_attendees_wrote_is_never_a_formula(bench: Bench) -> None:
    event = bench.event()
    bench.member(bench.ada, "A-1", given_name=EVIL, family_name="")
    bench.ticket("A-1", ticket_type="+1", person={"email": "=1@example.org", "organization": " @SUM(1)"})
    bench.ticket("-2", person={"name": "  -1+1"})
    first, second = table(download(bench, event))
    assert (first["name"], first["ticket_type"], first["email"]) == (f"'{EVIL}", "'+1", "'=1@example.org")
    assert first["organization"] == "' @SUM(1)"
    assert (second["source_registration_id"], second["name"]) == ("'-2", "'  -1+1")


def test_the_search_of_the_desk_narrows_the_table(bench: Bench) -> None:
    event = bench.event()
    bench.member(bench.ada, "A-1")
    bench.ticket("A-1", person={"email": "nobody@example.org"})
    bench.ticket("B-1", person={"name": "Ben", "email": "ben@example.org"})
    for text, found in (("okafor", ["A-1"]), ("ben@", ["B-1"]), ("-1", ["A-1", "B-1"]), ("nowhere", [])):
        rows = table(download(bench, event, query_string={"q": text}))
        assert [each["source_registration_id"] for each in rows] == found


def test_the_table_has_every_registration_however_many_batches_it_takes(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registration_table, "_AT_ONCE", 7)
    event = bench.event()
    bench.handle([bench.ticket_message(f"T-{number}") for number in range(30)])
    rows = table(download(bench, event, query_string={"limit": 3}))
    assert sorted(each["source_registration_id"] for each in rows) == sorted(f"T-{number}" for number in range(30))


def test_an_event_without_registrations_is_a_header(bench: Bench) -> None:
    answer = download(bench, bench.event())
    assert table(answer) == []
    assert answer.get_data().decode("utf-8-sig") == ",".join(registration_table.COLUMNS) + "\r\n"


def test_what_is_saved_can_be_taken_in_again(bench: Bench) -> None:
    event = bench.event()
    bench.ticket("A-1", ticket_type="Member", mentoring=["mentor"], person={"name": "Ada", "email": "ada@example.org"})
    saved = download(bench, event).get_data()
    answer = bench.call(
        "POST",
        f"/v1/events/{event}/attendees",
        "organizer",
        data=saved,
        content_type=CSV,
        query_string={"map": [f"{name}:" for name in registration_table.OWN]},
    )
    assert answer.status_code == 202, answer.get_data()
    [published] = bench.told("attendee.published")
    expected = ticket("A-1", ticket_type="Member", mentoring=["mentor"]) | {
        "person": {"name": "Ada", "email": "ada@example.org"}
    }
    assert published.data == expected | {"updated_at": published.data["updated_at"]}


def test_the_table_is_for_organizers_and_lists_stay_as_they_are(bench: Bench) -> None:
    event = bench.event()
    register(bench, event, bench.ada)
    assert download(bench, event, "member", member=bench.ada).status_code == 403
    assert download(bench, event, "coordinator").status_code == 403
    assert download(bench, event, tenant=bench.neighbor).status_code == 404
    assert download(bench, new_id()).status_code == 404
    for accept in ("application/json", "*/*", "text/csv;q=0.5,application/json"):
        answer = download(bench, event, "member", member=bench.ada, accept=accept)
        assert answer.status_code == 200
        assert len(answer.json["items"]) == 1  # type: ignore[index]
        assert "Accept" in answer.vary
    assert download(bench, event, accept="text/calendar").status_code == 406
