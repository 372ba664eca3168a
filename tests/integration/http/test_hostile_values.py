"""Values that are well formed and meant to hurt what lies behind the door."""

from typing import Any

import pytest

from services.events.commands.import_attendees import LARGEST_BATCH, LONGEST_WORDS
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
