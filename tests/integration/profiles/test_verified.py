"""What the association vouches for of a member, until somebody changes it, and who sees that it does."""

from typing import Any

import pytest

from services.profiles.domain.visibility import DEFAULTS
from shared.web import NDJSON
from shared.web.csv_upload import CSV
from tests.integration.profiles.conftest import Answer, Office
from tests.integration.profiles.scim import ENTERPRISE, ITHACA, Provider
from tests.integration.profiles.test_feed import counts, fed, row
from tests.unit.profiles.association import record

SAID = {"grade": "Fellow", "section": "Milan", "organization": "Northwind", "job_title": "Surveyor"}
ALL = ["member_number", "grade", "section", "organization", "job_title"]


def shown(office: Office, member_id: str) -> dict[str, Any]:
    found: dict[str, Any] = office.call("GET", f"/v1/members/{member_id}").json
    return found


def changed(office: Office, member_id: str, *, by_member: bool = True, **body: Any) -> Answer:
    if by_member:
        return office.call("PATCH", "/v1/members/me", subject=member_id, json=body)
    return office.call("PATCH", f"/v1/members/{member_id}", json=body)


def test_what_a_feed_says_is_verified_and_announced(office: Office) -> None:
    fed(office, [row(1, **SAID)])
    [member] = office.members()
    seen = shown(office, member.id)
    assert (seen["grade"], seen["section"], seen["verified"]) == ("Fellow", "Milan", ALL)
    [told] = office.announced()
    assert (told["grade"], told["section"], told["verified"]) == ("Fellow", "Milan", ALL)


def test_a_feed_as_a_table_has_columns_for_them(office: Office) -> None:
    table = "member_number,given_name,grade,section\nM-1,Ada,Fellow,Milan\nM-2,Ben,,\n"
    fed(office, table.encode(), CSV)
    ada, ben = office.members()
    assert (ada.grade, ada.section, ada.verified) == ("Fellow", "Milan", ("member_number", "grade", "section"))
    assert (ben.grade, ben.section, ben.verified) == (None, None, ("member_number",))


def test_what_scim_says_is_verified(office: Office) -> None:
    provider = Provider(office)
    said = {ITHACA: {"memberNumber": "M-1", "grade": "Fellow", "section": "Milan"}}
    user = provider.create("ada", title="Surveyor", **said, **{ENTERPRISE: {"organization": "Northwind"}})
    assert shown(office, user["id"])["verified"] == ALL
    provider.patch(user["id"], {"op": "remove", "path": f"{ITHACA}:grade"})
    assert shown(office, user["id"])["verified"] == [each for each in ALL if each != "grade"]


@pytest.mark.parametrize("name", ["organization", "job_title"])
def test_a_change_by_the_member_takes_the_verification_away_until_it_is_said_again(office: Office, name: str) -> None:
    fed(office, [row(1, **SAID)])
    [member] = office.members()
    assert changed(office, member.id, industry="Hydrology").json["verified"] == ALL
    assert changed(office, member.id, **{name: SAID[name]}).json["verified"] == ALL
    rest = [each for each in ALL if each != name]
    assert changed(office, member.id, **{name: "My own"}).json["verified"] == rest
    assert changed(office, member.id, **{name: SAID[name]}).json["verified"] == rest
    dry = fed(office, [row(1, **SAID)], dry_run=True)
    assert counts(dry) == counts(fed(office, [row(1, **SAID)])) == (1, 0, 1, 0, 0)
    assert shown(office, member.id)["verified"] == ALL
    assert counts(fed(office, [row(1, **SAID)])) == (1, 0, 0, 1, 0)


def test_a_feed_that_no_longer_says_a_field_leaves_it_as_it_was(office: Office) -> None:
    fed(office, [row(1, **SAID)])
    fed(office, [row(1)])
    [member] = office.members()
    assert list(member.verified) == ALL


@pytest.mark.parametrize("name", ["grade", "section"])
def test_grade_and_section_are_not_the_member_s_to_say(office: Office, name: str) -> None:
    fed(office, [row(1, **SAID)])
    [member] = office.members()
    refused = changed(office, member.id, **{name: "President"})
    assert (refused.status_code, "grade and section" in refused.json["detail"]) == (403, True)
    assert changed(office, member.id, **{name: None}).status_code == 403
    assert changed(office, member.id, **{name: SAID[name]}).status_code == 200
    assert changed(office, member.id, verified=["grade"]).status_code == 422
    by_staff = changed(office, member.id, by_member=False, **{name: "President"}).json
    assert (by_staff[name], name in by_staff["verified"]) == ("President", False)


def test_nothing_that_a_ticket_or_staff_says_is_verified(office: Office) -> None:
    office.hear(record("A-1", email="eve@example.org", member_number="M-2", organization="Northwind"))
    eve = office.owner("A-1")
    assert eve.verified == ()
    identifiers = [{"issuer": "ams", "value": "M-2"}]
    office.call("PATCH", f"/v1/members/{eve.id}", json={"given_name": "Eve", "identifiers": identifiers})
    assert shown(office, eve.id)["verified"] == []


def test_a_number_that_changes_hands_by_staff_is_no_longer_verified(office: Office) -> None:
    fed(office, [row(1, **SAID)])
    [member] = office.members()
    answer = office.call("PATCH", f"/v1/members/{member.id}", json={"identifiers": [{"issuer": "ams", "value": "M-9"}]})
    assert answer.json["verified"] == [each for each in ALL if each != "member_number"]


@pytest.mark.parametrize("who", ["nobody", "participants", "all"])
def test_a_field_is_shown_as_verified_to_whom_it_is_shown(office: Office, who: str) -> None:
    fed(office, [row(1, **SAID)])
    [member] = office.members()
    closed = dict.fromkeys(DEFAULTS, "nobody")
    changed(office, member.id, visibility=closed | {"grade": who})
    other = office.register(email="ben@example.org")["id"]
    stranger = office.call("GET", f"/v1/members/{member.id}", subject=other).json
    assert stranger == (
        {"id": member.id, "grade": "Fellow", "verified": ["grade"]} if who == "all" else {"id": member.id}
    )
    assert office.call("GET", "/v1/members/me", subject=member.id).json["verified"] == ALL
    found = office.call("GET", "/v1/members", subject=other, query_string={"q": "fellow"}).json["items"]
    assert [each["id"] for each in found] == ([member.id] if who == "all" else [])


def test_members_are_found_by_grade_and_section(office: Office) -> None:
    fed(
        office,
        b"\n".join([b'{"member_number": "1", "given_name": "Ada", "grade": "Fellow", "section": "Mil\xc3\xa1n"}']),
        NDJSON,
    )
    [member] = office.members()
    for typed in ("fellow", "milan", "ada fellow"):
        found = office.call("GET", "/v1/members", query_string={"q": typed}).json["items"]
        assert [each["id"] for each in found] == [member.id]
