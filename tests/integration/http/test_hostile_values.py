"""Values that are well formed and meant to hurt what lies behind the door."""

from typing import Any

import pytest

from services.events.commands.import_attendees import LARGEST_BATCH
from shared.errors import LONGEST_WORDS
from tests.integration.http.conftest import Surface

EVENT: dict[str, Any] = {
    "name": "Summit",
    "starts_at": "2099-05-04T07:00:00Z",
    "ends_at": "2099-05-06T16:00:00Z",
    "time_zone": "Europe/Rome",
    "sources": [{"source": "pretix", "source_event_id": "summit"}],
}


@pytest.fixture
def event(surface: Surface) -> str:
    answer = surface.call("events", "POST", "/v1/events", headers=_as(surface, "organizer"), json=EVENT)
    found: str = answer.get_json()["id"]
    published = surface.call("events", "POST", f"/v1/events/{found}/publish", headers=_as(surface, "organizer"))
    assert published.status_code == 200
    return found


def _as(surface: Surface, *roles: str) -> dict[str, str]:
    return surface.issuer.headers(*roles, tenant=surface.tenant)


@pytest.mark.parametrize("text", ["%00", "a%00b", "%ED%A0%80", "(((", "%5B", "%5C", "$ne"])
def test_the_desk_searches_for_any_text_or_says_what_is_wrong(surface: Surface, event: str, text: str) -> None:
    answer = surface.call(
        "events", "GET", f"/v1/events/{event}/registrations?q={text}", headers=_as(surface, "organizer")
    )
    assert answer.status_code == (422 if "%00" in text else 200)


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"starts_at": "1900-01-01T00:00:00+23:59"}, "/starts_at"),
        ({"ends_at": "2199-12-31T23:59:59-23:59"}, "/ends_at"),
        (
            {"sessions": [{"title": "A", "starts_at": "1900-01-01T00:00:00+23:59", "ends_at": "2099-05-04T08:00:00Z"}]},
            "/sessions/0/starts_at",
        ),
    ],
)
def test_a_time_that_could_not_be_announced_is_refused(
    surface: Surface, event: str, change: dict[str, Any], pointer: str
) -> None:
    answer = surface.call("events", "PATCH", f"/v1/events/{event}", headers=_as(surface, "organizer"), json=change)
    assert answer.status_code == 422
    assert [fault["pointer"] for fault in answer.get_json()["errors"]] == [pointer]


def test_half_a_million_wrong_items_are_one_fault_and_can_be_kept_under_a_key(surface: Surface) -> None:
    body = b'{"skills": [' + b",".join([b"0"] * 500_000) + b"]}"
    headers = _as(surface, "coordinator") | {"Idempotency-Key": "once"}
    answers = [
        surface.call("profiles", "POST", "/v1/members", headers=headers, data=body, content_type="application/json")
        for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [422, 422]
    assert answers[0].get_data() == answers[1].get_data()
    assert answers[1].headers["Idempotent-Replayed"] == "true"
    assert len(answers[0].get_data()) < 10_000


def test_rows_whose_faults_are_huge_still_leave_a_report(surface: Surface, event: str) -> None:
    row = b'{"%d' + b"x" * 100_000 + b'": 1}\n'
    upload = surface.call(
        "events",
        "POST",
        f"/v1/events/{event}/attendees",
        headers=_as(surface, "integrator"),
        data=b"".join(row.replace(b"%d", b"%d" % number) for number in range(2 * LARGEST_BATCH // 100_000)),
        content_type="application/x-ndjson",
    )
    assert upload.status_code == 202
    report = upload.get_json()
    assert (report["state"], report["published"]) == ("finished", 0)
    assert report["rejected"] == report["received"] == 2 * LARGEST_BATCH // 100_000
    assert max(len(fault["pointer"]) for fault in report["faults"]) == LONGEST_WORDS


def test_an_upload_that_broke_off_is_interrupted_and_its_key_may_be_used_again(surface: Surface, event: str) -> None:
    row = (
        b'{"source": "pretix", "source_event_id": "summit", "source_registration_id": "A-1", "person": {},'
        b' "status": "confirmed", "updated_at": "2026-11-01T10:00:00Z"}\n'
    )
    headers = _as(surface, "integrator") | {"Idempotency-Key": "upload"}
    path = f"/v1/events/{event}/attendees"
    options: dict[str, Any] = {"headers": headers, "content_type": "application/x-ndjson"}
    broken = surface.call(
        "events",
        "POST",
        path,
        data=row,
        environ_overrides={"CONTENT_LENGTH": str(3 * len(row)), "wsgi.input_terminated": True},
        **options,
    )
    assert broken.status_code == 400
    listed = surface.call("events", "GET", "/v1/imports", headers=headers).get_json()["items"]
    assert [each["state"] for each in listed] == ["interrupted"]
    whole = surface.call("events", "POST", path, data=row, **options)
    assert (whole.status_code, whole.get_json()["published"]) == (202, 1)


def _send(surface: Surface, body: bytes, path: str = "/v1/members", service: str = "profiles", **headers: str) -> Any:
    given = _as(surface, "coordinator", "organizer") | headers
    return surface.call(service, "POST", path, headers=given, data=body, content_type="application/json")


@pytest.mark.parametrize(
    "body",
    [
        b'{"given_name": ' + b"[" * 500_000 + b"]" * 500_000 + b"}",
        b'{"given_name": ' + b'{"a":' * 100_000 + b"1" + b"}" * 100_000 + b"}",
        b"[" * 33 + b"]" * 33,
    ],
)
def test_a_body_of_nothing_but_depth_is_malformed(surface: Surface, body: bytes) -> None:
    assert _send(surface, body).status_code == 400


@pytest.mark.parametrize(
    "number",
    [b"1" + b"0" * 400_000, b"1e999999999", b"-1e400", b"18446744073709551616", b"-9223372036854775809", b"1e308"],
)
def test_a_number_that_nothing_can_hold_is_refused(surface: Surface, number: bytes) -> None:
    answer = _send(surface, b'{"given_name": "Ada", "family_name": "Okafor", "seniority": ' + number + b"}")
    assert answer.status_code in (400, 422)


@pytest.mark.parametrize("text", ["a\\u0000b", "\\ud800", "\\udfff\\ud800", "a\x00b"])
@pytest.mark.parametrize("field", ["given_name", "email", "organization"])
def test_text_that_cannot_be_kept_is_refused(surface: Surface, field: str, text: str) -> None:
    names = {"given_name": "Ada", "family_name": "Okafor"} | {field: text}
    body = "{" + ", ".join(f'"{name}": "{value}"' for name, value in names.items()) + "}"
    assert _send(surface, body.encode()).status_code in (400, 422)


@pytest.mark.parametrize(
    "content", [b'{"given_name": "\xff"}', b"\xfe\xff{}", b'{"\xc3": 1}', b'{"a": "\xed\xa0\x80"}', b"\xef\xbb\xbf{}"]
)
def test_what_is_no_utf_8_is_malformed(surface: Surface, content: bytes) -> None:
    assert _send(surface, content).status_code == 400


def test_of_a_name_given_twice_the_last_counts_and_is_checked(surface: Surface) -> None:
    twice = _send(surface, b'{"given_name": 7, "given_name": "Ada", "family_name": "Okafor"}')
    assert (twice.status_code, twice.get_json()["given_name"]) == (201, "Ada")
    assert _send(surface, b'{"given_name": "Ada", "family_name": "Okafor", "given_name": 7}').status_code == 422


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "Bearer " + "x" * 60_000},
        {"Authorization": "Bearer a\xffb"},
        {"Idempotency-Key": "k" * 60_000},
        {"If-Match": ",".join(['"1"'] * 20_000) + ","},
        {"If-Match": '"' + "x" * 60_000},
        {"Accept": ",".join(["text/html;q=0.1"] * 4_000)},
        {"Accept": "\xff/\xff"},
        {"Content-Type": "application/json; charset=" + "x" * 60_000},
        {"traceparent": "x" * 60_000},
    ],
    ids=lambda headers: next(iter(headers)),
)
def test_a_header_of_any_size_and_kind_is_no_fault_of_ours(surface: Surface, headers: dict[str, str]) -> None:
    given = _as(surface, "coordinator") | {"Content-Type": "application/json"} | headers
    answer = surface.call(
        "profiles", "POST", "/v1/members", headers=given, data=b'{"given_name": "Ada", "family_name": "Okafor"}'
    )
    assert answer.status_code in (201, 400, 401, 406, 415)


@pytest.mark.parametrize(
    "path", ["/v1/members/%00", "/v1/members/%ff", "/v1/members/" + "x" * 60_000, "/v1//members", "/%2e%2e/"]
)
def test_an_address_that_is_none_of_ours_is_not_there(surface: Surface, path: str) -> None:
    for service in ("profiles", "matching", "events", "notifications"):
        assert surface.call(service, "GET", path, headers=_as(surface, "coordinator")).status_code in (401, 404)
