"""Every change by staff leaves one row, with the change or not at all."""

from typing import Any

import pytest
import requests

from tests.integration.web.conftest import PATIENCE, Service
from tests.unit.web.issuing import ISSUER, MEMBER

OTHER, THIRD = "0192f0c1-2b3c-7d4e-8f5a-6b7c8d9e0f1b", "0192f0c1-2b3c-7d4e-8f5a-6b7c8d9e0f1c"

NDJSON = {"Content-Type": "application/x-ndjson"}


def rows(service: Service) -> list[dict[str, Any]]:
    return list(service.database["audit"].find().sort("_id", 1))


def test_a_change_by_staff_leaves_who_when_and_what_and_nothing_it_carried(service: Service) -> None:
    answer = service.call("POST", "/v1/notes", "coordinator", "member", json={"text": "confidential"})
    [row] = rows(service)
    identifier = answer.json()["id"]
    assert row.pop("_id")
    assert row.pop("correlation_id")
    assert (row.pop("expire_at") - row.pop("at")).days == 400
    assert row == {
        "tenant": "acme",
        "of_tenant": "acme",
        "issuer": ISSUER,
        "subject": MEMBER,
        "roles": ["coordinator", "member"],
        "operation": "notes.write",
        "ids": {},
        "members": [],
        "made": f"/v1/notes/{identifier}",
        "outcome": "201",
    }


def test_a_row_names_the_ids_of_its_address(service: Service) -> None:
    path = service.call("POST", "/v1/notes", "member", json={"text": "a"}).headers["Location"]
    service.call("DELETE", path, "coordinator")
    [row] = rows(service)
    assert (row["operation"], row["ids"], row["outcome"]) == (
        "notes.remove",
        {"note_id": path.rpartition("/")[2]},
        "204",
    )


def test_members_among_themselves_and_readers_leave_none(service: Service) -> None:
    service.call("POST", "/v1/notes", "member", json={"text": "mine"})
    # An organizer's role is not what lets this caller in.
    service.call("POST", "/v1/notes", "member", "organizer", json={"text": "mine"})
    service.call("GET", "/v1/notes", "coordinator")
    requests.get(service.url("/v1/notes/calendar"), timeout=PATIENCE)
    assert rows(service) == []


@pytest.mark.parametrize("text", ["", "refuse", "refuse quietly", "break"])
@pytest.mark.parametrize("headers", [{}, {"Idempotency-Key": "one"}])
def test_a_change_that_did_not_happen_leaves_none(service: Service, text: str, headers: dict[str, str]) -> None:
    answer = service.call("POST", "/v1/notes", "coordinator", json={"text": text}, headers=headers)
    assert answer.status_code >= 400
    assert service.call("POST", "/v1/notes", "organizer", json={"text": "not mine to write"}).status_code == 403
    assert rows(service) == []


def test_an_answer_that_is_repeated_leaves_no_second_row(service: Service) -> None:
    for body in ({"text": "once"}, {"text": "once"}, {"text": "another body"}):
        service.call("POST", "/v1/notes", "coordinator", json=body, headers={"Idempotency-Key": "one"})
    assert len(rows(service)) == 1


def test_an_upload_leaves_its_row_before_its_first_effect_and_one_only(service: Service) -> None:
    lines = b'{"text": "a"}\n"no object"\n'
    broken = service.call("POST", "/v1/notes/upload", "integrator", data=lines, headers=NDJSON)
    assert broken.status_code == 500
    assert [row["outcome"] for row in rows(service)] == ["started"]
    key = NDJSON | {"Idempotency-Key": "file-1"}
    for _ in range(2):
        service.call("POST", "/v1/notes/upload", "integrator", data=b'{"text": "a"}', headers=key)
    assert [row["operation"] for row in rows(service)] == ["notes.upload"] * 2


def test_what_staff_read_of_members_is_recorded_before_it_is_shown(service: Service) -> None:
    shown = service.call("GET", "/v1/notes/of-members", "coordinator", params={"member": [MEMBER, OTHER]})
    assert shown.status_code == 200
    [row] = rows(service)
    assert (row["operation"], row["members"], row["outcome"]) == ("notes.of_members", sorted([MEMBER, OTHER]), "200")


def test_members_reading_of_each_other_and_staff_of_themselves_leave_nothing(service: Service) -> None:
    service.call("GET", "/v1/notes/of-members", "member", params={"member": [OTHER]})
    service.call("GET", "/v1/notes/of-members", "coordinator", params={"member": [MEMBER]})
    service.call("GET", "/v1/notes/of-members", "coordinator", params={"member": [OTHER, "refuse"]})
    assert rows(service) == []


def test_what_cannot_be_recorded_is_not_shown(service: Service) -> None:
    database = service.database
    database.command("collMod", "audit", validator={"never": True}, validationAction="error")
    try:
        answer = service.call("GET", "/v1/notes/of-members", "coordinator", params={"member": [OTHER]})
        assert answer.status_code >= 500
        assert OTHER not in answer.text
    finally:
        database.command("collMod", "audit", validator={})


def test_a_coordinator_reads_the_trail_of_a_member_newest_first_and_only_of_their_own_association(
    service: Service,
) -> None:
    for member in (OTHER, OTHER, THIRD):
        service.call("GET", "/v1/notes/of-members", "coordinator", params={"member": [member]})
    elsewhere = service.issuer.headers("coordinator", tenant="elsewhere")
    service.call("GET", "/v1/notes/of-members", headers=elsewhere, params={"member": [OTHER]})
    seen, cursor = [], None
    while cursor is not None or not seen:
        query = {"member_id": OTHER, "limit": 1} | ({"cursor": cursor} if cursor else {})
        page = service.call("GET", "/v1/audit", "coordinator", params=query).json()
        seen += page["items"]
        cursor = page["next"]
    assert [row["members"] for row in seen] == [[OTHER], [OTHER]]
    assert [row["id"] for row in seen] == sorted((row["id"] for row in seen), reverse=True)
    assert len(service.call("GET", "/v1/audit", "coordinator").json()["items"]) == 3
    assert service.call("GET", "/v1/audit", "organizer").status_code == 403
    assert service.call("GET", "/v1/audit", "coordinator", params={"member_id": "nobody"}).status_code == 422
