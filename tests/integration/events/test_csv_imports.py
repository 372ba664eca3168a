"""CSV uploads: any spreadsheet's file becomes records, and each row that cannot is reported."""

from typing import Any

import pytest
from werkzeug.test import TestResponse

from shared.web.csv_upload import CSV
from tests.integration.events.conftest import Bench

HEADER = "source_registration_id,email,name,status,mentoring,updated_at,answers.DIET"
DATE = "2026-11-01T10:00:00Z"


def upload(bench: Bench, event: str, content: bytes, **query: Any) -> TestResponse:
    path = f"/v1/events/{event}/attendees"
    return bench.call("POST", path, "integrator", data=content, content_type=CSV, query_string=query)


def report(answer: TestResponse) -> dict[str, Any]:
    assert answer.status_code == 202, answer.get_data()
    assert answer.json is not None
    found: dict[str, Any] = answer.json
    return found


def row(number: int) -> bytes:
    return f'T-{number},p{number}@example.org,"Person\t{number}",confirmed,mentee,{DATE},none'.replace(
        "\t", " "
    ).encode()


FAULTY = (
    (b"T-1,again@example.org,,confirmed,,%s,", "/source_registration_id"),
    (b",no-ticket@example.org,,confirmed,,%s,", "/source_registration_id"),
    (b"F-3,nobody,,confirmed,,%s,", "/person/email"),
    (b"F-4,,,maybe,,%s,", "/status"),
    (b"F-5,,,confirmed,teacher,%s,", "/mentoring/0"),
    (b"F-6,,,confirmed,,yesterday,", "/updated_at"),
    (b"F-7,,,confirmed,,2098-01-01T00:00:00Z,", "/updated_at"),
    (b"F-8,,", ""),
    (b"F-9,,,confirmed,,%s,,more", ""),
    (b"F-10,,\xe9,confirmed,,%s,", ""),
    (b"F-11,,\0,confirmed,,%s,", ""),
    (b"F-12,," + b"x" * 500 + b",confirmed,,%s,", "/person/name"),
)


def test_every_faulty_row_of_a_large_file_is_reported_and_all_others_are_stored(bench: Bench) -> None:
    event, rows = bench.event(), [HEADER.encode()]
    wrong: list[tuple[int, str]] = []
    for number in range(1, 10_001):
        if number % 100 == 0:
            content, pointer = FAULTY[len(wrong) % len(FAULTY)]
            rows.append(content.replace(b"%s", DATE.encode()))
            wrong.append((number + 1, pointer))
        else:
            rows.append(row(number))
    # Of the rows without a ticket's number none is a repetition: each is a fault by itself.
    done = report(answer := upload(bench, event, b"\n".join(rows)))
    assert (done["state"], done["received"], done["published"], done["rejected"]) == ("finished", 10_000, 9_900, 100)
    assert [(fault["row"], fault["pointer"]) for fault in done["faults"]] == wrong
    assert all(fault["detail"] for fault in done["faults"])
    told = bench.told("attendee.published")
    for first in range(0, len(told), 500):
        records = [bench.message("attendees.v1", each.type, each.data, key=each.key) for each in told[first:][:500]]
        bench.handle(records)
    stored = bench.foundation.database["registrations"].distinct(
        "origin.source_registration_id", {"tenant": bench.tenant}
    )
    assert (len(stored), bench.shown(event)["seats_taken"]) == (9_900, 9_900)
    assert bench.call("GET", answer.headers["Location"], "organizer").json == done


def test_a_fault_names_the_column_it_is_in(bench: Bench) -> None:
    content = b"Ticket,Wishes,E-Mail\n1,lead,nobody\n2,,two@example.org\n2,,\n"
    mapped = ["Ticket:source_registration_id", "Wishes:skills.seeks", "E-Mail:person.email"]
    done = report(upload(bench, bench.event(), content, map=mapped))
    assert [(each["row"], each["column"]) for each in done["faults"]] == [(2, "E-Mail"), (4, "Ticket")]


def test_a_dry_run_shows_what_each_column_was_taken_for_and_the_first_records(bench: Bench) -> None:
    content = b"Ticket,Phone,E-Mail\n" + b"".join(b"%d,1,p%d@example.org\n" % (each, each) for each in range(9))
    mapped = ["Ticket:source_registration_id", "Phone:", "E-Mail:person.email", "E-Mail:person.buyer_email"]
    tried = report(upload(bench, bench.event(), content, map=mapped, dry_run="true"))
    assert [(each["column"], each["field"]) for each in tried["columns"]] == [
        ("Ticket", "source_registration_id"),
        ("E-Mail", "person.email"),
        ("E-Mail", "person.buyer_email"),
        ("Phone", None),
    ]
    assert len(tried["preview"]) == 5
    assert tried["preview"][1]["person"] == {"email": "p1@example.org", "buyer_email": "p1@example.org"}
    assert (tried["received"], tried["rejected"], bench.told("attendee")) == (9, 0, [])


def test_a_ticket_twice_in_a_file_is_a_row_error_and_an_address_on_two_tickets_is_not(bench: Bench) -> None:
    """Eventra #15988."""
    event = bench.event()
    content = f"source_registration_id;email;updated_at\nA;a@example.org;{DATE}\nA;b@example.org;{DATE}\n"
    content += f"B;a@example.org;{DATE}\n"
    done = report(upload(bench, event, b"\xef\xbb\xbf" + content.encode()))
    assert (done["published"], [(each["row"], each["pointer"]) for each in done["faults"]]) == (
        2,
        [(3, "/source_registration_id")],
    )


def test_the_same_file_again_changes_no_registration(bench: Bench) -> None:
    event = bench.event()
    content = b"\n".join([HEADER.encode(), row(1), row(2)])
    for _ in range(2):
        report(upload(bench, event, content))
    told = bench.told("attendee.published")
    seen = []
    for half in (told[:2], told[2:]):
        for each in half:
            bench.receive("attendees.v1", each.type, each.data, key=each.key)
        seen.append(len(bench.registrations(event)))
    assert seen[-1] == bench.shown(event)["seats_taken"] == 2


def test_a_plain_list_of_names_and_addresses_becomes_registrations(bench: Bench) -> None:
    event = bench.event()
    mapped = ["E-Mail:source_registration_id", "E-Mail:person.email", "Phone:"]
    report(upload(bench, event, b"E-Mail,name,Phone\nada@example.org,Ada Okafor,1\n", map=mapped))
    (told,) = bench.told("attendee.published")
    assert (told.key, told.data["status"]) == ("pretix/summit/ada@example.org", "confirmed")
    bench.receive("attendees.v1", told.type, told.data, key=told.key)
    assert [each["name"] for each in bench.registrations(event)] == ["Ada Okafor"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"source_registration_id,name,name\n1,a,b\n", "names the column name twice"),
        (b"source_registration_id,color\n1,red\n", "The column color is no field"),
        (b"name\nAda\n", "No column is source_registration_id"),
        ("source_registration_id;name\n1;Ada\n".encode("utf-16"), "cannot be read"),
        (b"", "must be a header"),
    ],
)
def test_a_file_whose_columns_cannot_be_understood_is_refused_before_anything_is_done(
    bench: Bench, content: bytes, said: str
) -> None:
    refused = upload(bench, bench.event(), content)
    assert refused.status_code == 422
    assert said in refused.get_data(as_text=True)
    assert bench.call("GET", "/v1/imports", "integrator").json == {"items": [], "next": None}
