"""Members over HTTP: registered, shown, listed, changed."""

from typing import Any

from shared.ids import new_id
from tests.integration.profiles.conftest import Office

FULL: dict[str, Any] = {
    "given_name": "Ada",
    "family_name": "Okafor",
    "email": "Ada@example.org",
    "identifiers": [{"issuer": "ams", "value": " M-1 ", "as_of": "2025-01-10T00:00:00Z"}],
    "roles": ["mentee", "mentor", "mentor"][:2],
    "organization": "Northwind",
    "job_title": "Engineer",
    "industry": "Energy",
    "seniority": 1,
    "time_zone": "America/Santiago",
    "locale": "pt-BR",
    "languages": [{"code": "en", "level": 5}],
    "skills": [
        {"label": "welding", "level": 4, "side": "offers"},
        {"id": "x", "label": "y", "level": 1, "side": "seeks"},
    ],
    "goals": [{"text": "Lead a team", "measure": "three people", "target_date": "2027-06-30"}],
    "availability": [{"day": "mon", "from": "18:00", "to": "24:00"}],
    "frequency": "weekly",
    "format": "video",
    "membership": "grace",
    "visibility": {"email": "participants"},
}


def test_a_registered_member_is_shown_and_announced_as_given(office: Office) -> None:
    answer = office.call("POST", "/v1/members", json=FULL)
    assert (answer.status_code, answer.headers["ETag"]) == (201, '"1"')
    shown = office.call("GET", answer.headers["Location"]).json
    assert shown == answer.json
    identifiers = shown.pop("identifiers")
    assert [(each["issuer"], each["value"], each["version"]) for each in identifiers] == [
        ("ams", "M-1", 1),
        ("email", "ada@example.org", 1),
    ]
    assert identifiers[0]["as_of"] == "2025-01-10T00:00:00Z"
    expected = {name: value for name, value in FULL.items() if name != "identifiers"}
    assert {name: shown[name] for name in expected} == expected | {
        "roles": ["mentor", "mentee"],
        "skills": [{"id": None, **FULL["skills"][0]}, FULL["skills"][1]],
    }
    [announced] = office.announced()
    assert (announced.pop("type"), announced.pop("version")) == ("member.registered.v1", 1)
    assert announced.pop("identifiers") == identifiers
    assert (shown.pop("progress"), shown.pop("recognition")) == ([], {"count": 0, "thanks": []})
    assert announced == {name: value for name, value in shown.items() if value is not None}


def test_the_list_shows_every_member_once_page_by_page(office: Office) -> None:
    made = [office.register(email=f"m{number}@example.org")["id"] for number in range(5)]
    first = office.call("GET", "/v1/members?limit=3").json
    second = office.call("GET", f"/v1/members?limit=3&cursor={first['next']}").json
    assert [member["id"] for member in [*first["items"], *second["items"]]] == made
    assert second["next"] is None


def test_members_see_of_others_only_what_is_for_all(office: Office) -> None:
    ada = office.register(email="ada@example.org", organization="Northwind", visibility={"organization": "all"})
    ben = office.register(given_name="Ben")
    expected = {"id": ada["id"], "organization": "Northwind"}
    assert office.call("GET", f"/v1/members/{ada['id']}", subject=ben["id"]).json == expected
    listed = office.call("GET", "/v1/members", subject=ben["id"]).json["items"]
    assert listed[0] == expected
    assert listed[1]["given_name"] == "Ben"


def test_members_see_all_of_themselves(office: Office) -> None:
    ada = office.register(email="ada@example.org")
    for path in ("/v1/members/me", f"/v1/members/{ada['id']}"):
        shown = office.call("GET", path, subject=ada["id"]).json
        assert shown | {"recognition": ada["recognition"]} == ada


def test_members_change_themselves_and_nobody_else(office: Office) -> None:
    ada, ben = office.register(), office.register(given_name="Ben")
    changed = office.call("PATCH", "/v1/members/me", subject=ada["id"], json={"seniority": 3})
    assert (changed.status_code, changed.json["seniority"], changed.headers["ETag"]) == (200, 3, '"2"')
    by_id = office.call("PATCH", f"/v1/members/{ada['id']}", subject=ada["id"], json={"seniority": 4})
    assert by_id.json["seniority"] == 4
    others = office.call("PATCH", f"/v1/members/{ben['id']}", subject=ada["id"], json={"seniority": 0})
    assert others.status_code == 404
    assert [each["version"] for each in office.announced() if each["id"] == ada["id"]] == [1, 2, 3]


def test_what_decides_whose_tickets_are_whose_is_for_coordinators(office: Office) -> None:
    ada = office.register(email="ada@example.org")
    bodies: list[dict[str, Any]] = [
        {"email": "b@example.org"},
        {"email": None},
        {"identifiers": []},
        {"membership": "lapsed"},
    ]
    for body in bodies:
        assert office.call("PATCH", "/v1/members/me", subject=ada["id"], json=body).status_code == 403
        assert office.call("PATCH", f"/v1/members/{ada['id']}", json=body).status_code == 200


def test_a_merge_patch_replaces_lists_removes_by_null_and_merges_visibility(office: Office) -> None:
    answer = office.call("POST", "/v1/members", json=FULL)
    patch = {
        "organization": None,
        "goals": [],
        "languages": None,
        "visibility": {"email": None, "goals": "all"},
        "skills": [{"label": "sewing", "level": 2, "side": "seeks"}],
    }
    headers = {"Content-Type": "application/merge-patch+json", "If-Match": '"1"'}
    changed = office.call("PATCH", answer.headers["Location"], json=patch, headers=headers).json
    assert (changed["organization"], changed["goals"], changed["languages"]) == (None, [], [])
    assert changed["visibility"] == {"goals": "all"}
    assert [skill["label"] for skill in changed["skills"]] == ["sewing"]
    assert changed["job_title"] == "Engineer"


def test_a_change_over_a_stale_version_is_refused(office: Office) -> None:
    path = f"/v1/members/{office.register()['id']}"
    assert office.call("PATCH", path, json={"seniority": 1}, headers={"If-Match": '"1"'}).status_code == 200
    assert office.call("PATCH", path, json={"seniority": 2}, headers={"If-Match": '"1"'}).status_code == 412
    assert office.call("GET", path).json["seniority"] == 1


def test_a_change_that_changes_nothing_announces_nothing(office: Office) -> None:
    ada = office.register(email="ada@example.org", seniority=1)
    same = office.call("PATCH", f"/v1/members/{ada['id']}", json={"seniority": 1, "email": "ada@example.org"})
    assert (same.status_code, same.headers["ETag"]) == (200, '"1"')
    assert len(office.announced()) == 1


def test_identifiers_and_addresses_taken_are_a_conflict_until_given_up(office: Office) -> None:
    ada = office.register(email="ada@example.org", identifiers=[{"issuer": "ams", "value": "1"}])
    for taken in ({"email": "ADA@example.org"}, {"identifiers": [{"issuer": "ams", "value": "1"}]}):
        again = office.call("POST", "/v1/members", json={"given_name": "B", "family_name": "", **taken})
        assert again.status_code == 409, taken
    assert len(office.announced()) == 1
    path = f"/v1/members/{ada['id']}"
    assert office.call("PATCH", path, json={"email": "new@example.org"}).json["email"] == "new@example.org"
    ben = office.register(given_name="Ben", email="ada@example.org")
    assert [(each["value"], each["version"]) for each in ben["identifiers"]] == [("ada@example.org", 2)]
    assert office.call("PATCH", path, json={"email": "ada@example.org"}).status_code == 409


def test_changing_the_other_identifiers_keeps_the_address(office: Office) -> None:
    ada = office.register(email="ada@example.org", identifiers=[{"issuer": "ams", "value": "1"}])
    listed = [{"issuer": "https://login.example.org", "value": "sub/1"}, {"issuer": "email", "value": "B@example.org"}]
    changed = office.call("PATCH", f"/v1/members/{ada['id']}", json={"identifiers": listed}).json
    assert [(each["issuer"], each["value"]) for each in changed["identifiers"]] == [
        ("email", "ada@example.org"),
        ("email", "b@example.org"),
        ("https://login.example.org", "sub/1"),
    ]
    assert office.register(identifiers=[{"issuer": "ams", "value": "1"}])["identifiers"][0]["version"] == 2


def test_a_token_whose_subject_is_an_identifier_is_the_members(office: Office) -> None:
    ada = office.register(identifiers=[{"issuer": "https://issuer.test", "value": "auth0|ada"}])
    assert office.call("GET", "/v1/members/me", subject="auth0|ada").json["id"] == ada["id"]
    assert office.call("GET", "/v1/members/me", subject="auth0|ben").status_code == 403
    assert office.call("GET", "/v1/members/me", subject="auth0|ada", tenant="globex").status_code == 403


def test_what_is_wrong_is_named_by_its_pointer_and_nothing_is_written(office: Office) -> None:
    wrong = {**FULL, "seniority": 5, "visibility": {"email": "everyone"}, "id": new_id()}
    path = f"/v1/members/{office.register()['id']}"
    for answer in (office.call("POST", "/v1/members", json=wrong), office.call("PATCH", path, json=wrong)):
        assert answer.status_code == 422
        assert {error["pointer"] for error in answer.json["errors"]} == {"/seniority", "/visibility/email", "/id"}
    assert len(office.members()) == len(office.announced()) == 1


def test_bodies_that_are_no_objects_are_refused(office: Office) -> None:
    assert office.call("POST", "/v1/members", data="{", content_type="application/json").status_code == 400
    assert office.call("POST", "/v1/members", json=[]).status_code == 422
    assert office.call("POST", "/v1/members", data="x", content_type="text/plain").status_code == 415
    assert office.call("POST", "/v1/members", json={}).status_code == 422


def test_only_coordinators_register_members(office: Office) -> None:
    for role in ("member", "organizer", "integrator", "operator"):
        assert office.call("POST", "/v1/members", role, json=FULL).status_code == 403


def test_another_tenant_finds_nothing_on_any_route(office: Office) -> None:
    ada = office.register(email="ada@example.org")
    path = f"/v1/members/{ada['id']}"
    body = {"seniority": 1}
    for subject in (None, ada["id"]):
        assert office.call("GET", path, tenant="globex", subject=subject).status_code == 404
        assert office.call("PATCH", path, tenant="globex", subject=subject, json=body).status_code == 404
    assert office.call("GET", "/v1/members/me", tenant="globex", subject=ada["id"]).status_code == 404
    assert office.call("PATCH", "/v1/members/me", tenant="globex", subject=ada["id"], json=body).status_code == 404
    assert office.call("GET", "/v1/members", tenant="globex").json == {"items": [], "next": None}
    same = office.call("POST", "/v1/members", tenant="globex", json=FULL)
    assert same.status_code == 201


def test_whom_staff_read_stands_in_the_trail(office: Office) -> None:
    """By itself, in lists and in what was found; not what members read, nor staff of themselves."""
    ada, bea = (office.register(given_name=name)["id"] for name in ("Ada", "Bea"))

    def trail(member: str) -> list[str]:
        rows = office.call("GET", "/v1/audit", query_string={"member_id": member}).json["items"]
        return [row["operation"] for row in rows]

    before = trail(ada)
    office.call("GET", f"/v1/members/{ada}", subject=bea)
    office.call("GET", "/v1/members", subject=bea)
    office.call("GET", "/v1/members/me", subject=ada)
    office.call("GET", f"/v1/members/{ada}", "coordinator", subject=ada)
    assert trail(ada) == before
    office.call("GET", f"/v1/members/{ada}")
    office.call("GET", "/v1/members", query_string={"q": "ada"})
    assert trail(ada) == ["members.index", "members.read", *before]
    assert trail(bea) == before
    office.call("PATCH", f"/v1/members/{ada}", json={"job_title": "Surveyor"})
    assert trail(ada)[0] == "members.change"
