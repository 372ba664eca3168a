"""Users over SCIM: brought, shown, replaced, patched and taken away."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from shared.ids import new_id
from tests.integration.profiles.conftest import Office
from tests.integration.profiles.scim import CORE, ENTERPRISE, ITHACA, Provider, member

FULL = {
    "schemas": [CORE, ENTERPRISE, ITHACA],
    "userName": "Ada@Example.org",
    "externalId": "00u1",
    "name": {"givenName": "Ada", "familyName": "Okafor"},
    "displayName": "Ada Okafor",
    "title": "Surveyor",
    "preferredLanguage": "en-GB",
    "timezone": "Europe/Rome",
    "active": True,
    "emails": [
        {"value": "Ada@Example.org", "type": "work", "primary": True},
        {"value": "ada@home.example", "type": "home", "primary": False},
    ],
    ENTERPRISE: {"organization": "Northwind"},
    ITHACA: {"memberNumber": "M-1", "grade": "Fellow", "section": "Milan", "membership": "grace"},
}


def test_what_is_brought_is_what_is_shown_and_becomes_the_member_s(office: Office) -> None:
    provider = Provider(office)
    reply = provider.call("POST", "/Users", FULL)
    assert (reply.status_code, reply.content_type) == (201, "application/scim+json")
    user = reply.json
    assert {name: user[name] for name in FULL} == FULL
    assert user["meta"]["location"] == reply.headers["Location"] == f"/scim/v2/Users/{user['id']}"
    assert (user["meta"]["version"], reply.headers["ETag"]) == ('"1"', '"1"')
    assert provider.get(user["id"]) == user
    made = member(office, user["id"])
    assert (made.given_name, made.family_name, made.email) == ("Ada", "Okafor", "Ada@Example.org")
    assert (made.organization, made.job_title, made.locale, made.time_zone) == (
        "Northwind",
        "Surveyor",
        "en-GB",
        "Europe/Rome",
    )
    assert (made.grade, made.section, made.membership, made.provisional) == ("Fellow", "Milan", "grace", False)
    assert {tuple(key) for key in made.keys} == {
        ("ams", "M-1"),
        ("email", "ada@example.org"),
        ("email", "ada@home.example"),
        ("scim", "ada@example.org"),
        ("scim.external", "00u1"),
    }
    [told] = office.announced()
    assert (told["type"], told["id"], told["grade"]) == ("member.registered.v1", user["id"], "Fellow")
    assert "provision" not in told


def test_a_user_name_alone_is_enough(office: Office) -> None:
    user = Provider(office).create("ada")
    assert (user["userName"], user["active"], "name" in user, "emails" in user) == ("ada", True, False, False)
    assert member(office, user["id"]).membership == "active"


def test_without_a_name_the_display_name_stands_for_it(office: Office) -> None:
    provider = Provider(office)
    user = provider.create("ada", displayName="Ada Okafor")
    assert "name" not in user
    assert member(office, user["id"]).given_name == "Ada Okafor"
    user = provider.patch(user["id"], {"op": "replace", "path": "displayName", "value": "Ada O."})
    assert (member(office, user["id"]).given_name, "name" in user) == ("Ada O.", False)
    named = provider.patch(user["id"], {"op": "add", "value": {"name": {"givenName": "Ada", "familyName": "Okafor"}}})
    assert named["name"] == {"givenName": "Ada", "familyName": "Okafor"}
    assert member(office, user["id"]).given_name == "Ada"


def test_a_display_name_renames_nobody_who_has_a_name(office: Office) -> None:
    known = office.register(given_name="Ada", family_name="Okafor", email="ada@example.org")
    Provider(office).create("ada", displayName="ADA, Ms", emails=[{"value": "ada@example.org"}])
    assert (member(office, known["id"]).given_name, member(office, known["id"]).family_name) == ("Ada", "Okafor")


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"userName": None}, "userName"),
        ({"userName": ""}, "userName"),
        ({"userName": "  "}, "userName"),
        ({"userName": "x" * 256}, "userName"),
        ({"userName": "\u0390" * 255}, "userName"),
        ({"userName": ["ada"]}, "userName"),
        ({"externalId": " "}, "externalId"),
        ({"active": "perhaps"}, "active"),
        ({"title": "x" * 201}, "title"),
        ({"title": "two\nlines"}, "title"),
        ({"name": {"givenName": "x" * 201}}, "name.givenName"),
        ({"timezone": "Europe/Atlantis"}, "timezone"),
        ({"preferredLanguage": "not a tag"}, "preferredLanguage"),
        ({"emails": [{"value": "nobody"}]}, "emails.0.value"),
        ({"emails": [{"value": "a@example.org"}, {"value": "A@example.org"}]}, "emails"),
        ({"emails": [{"value": "a@e.org", "primary": True}, {"value": "b@e.org", "primary": True}]}, "emails"),
        ({"emails": [{"value": f"m{each}@e.org"} for each in range(21)]}, "emails"),
        ({"emails": [{"value": "a@e.org", "type": "x" * 51}]}, "emails.0.type"),
        ({ITHACA: {"membership": "suspended"}}, f"{ITHACA}:membership"),
        ({ITHACA: {"memberNumber": " "}}, f"{ITHACA}:memberNumber"),
    ],
)
def test_a_wrong_value_is_named_and_nothing_is_made(office: Office, change: dict[str, Any], named: str) -> None:
    body = {"schemas": [CORE], "userName": "ada", **change}
    reply = Provider(office).call("POST", "/Users", {name: said for name, said in body.items() if said is not None})
    assert (reply.fault, named in reply.json["detail"]) == ((400, "invalidValue"), True), reply.json
    assert office.members() == []


def test_a_replacement_takes_away_what_was_said_and_leaves_what_others_said(office: Office) -> None:
    provider = Provider(office)
    user = provider.call("POST", "/Users", {name: FULL[name] for name in FULL if name != "timezone"}).json
    office.call("PATCH", f"/v1/members/{user['id']}", json={"time_zone": "Europe/Rome", "industry": "Hydrology"})
    body = {"schemas": [CORE], "userName": "ada", "name": {"givenName": "Ada"}}
    replaced = provider.call("PUT", f"/Users/{user['id']}", body).json
    gone = {"title", "displayName", "preferredLanguage", "emails", "externalId", ENTERPRISE, ITHACA}
    assert gone.isdisjoint(replaced)
    assert (replaced["timezone"], replaced["name"], replaced["userName"]) == (
        "Europe/Rome",
        {"givenName": "Ada"},
        "ada",
    )
    now = member(office, user["id"])
    assert {tuple(key) for key in now.keys} == {("scim", "ada")}
    assert (now.industry, now.email, now.grade, now.membership, now.verified) == ("Hydrology", None, None, "active", ())


def test_what_was_read_may_be_sent_back_and_changes_nothing(office: Office) -> None:
    provider = Provider(office)
    user = provider.call("POST", "/Users", FULL).json
    told = office.announced()
    again = provider.call("PUT", f"/Users/{user['id']}", user)
    assert (again.status_code, again.json, office.announced()) == (200, user, told)


def test_a_silent_replacement_brings_nobody_back(office: Office) -> None:
    provider = Provider(office)
    user = provider.create("ada", active=False)
    replaced = provider.call("PUT", f"/Users/{user['id']}", {"schemas": [CORE], "userName": "ada"}).json
    assert replaced["active"] is False


def test_a_patch_that_changes_nothing_announces_nothing(office: Office) -> None:
    provider = Provider(office)
    user = provider.create("ada", title="Surveyor")
    told = office.announced()
    same = provider.patch(user["id"], {"op": "replace", "path": "title", "value": "Surveyor"})
    assert (same, office.announced()) == (user, told)


def test_of_several_operations_all_hold_or_none(office: Office) -> None:
    provider = Provider(office)
    user = provider.create("ada", title="Surveyor")
    reply = provider.try_patch(
        user["id"],
        {"op": "replace", "path": "title", "value": "Engineer"},
        {"op": "replace", "path": "timezone", "value": "Europe/Atlantis"},
    )
    assert reply.fault == (400, "invalidValue")
    assert provider.get(user["id"]) == user


@pytest.mark.parametrize(
    ("operation", "fault"),
    [
        ({"op": "replace", "path": "id", "value": new_id()}, (400, "mutability")),
        ({"op": "remove", "path": "userName"}, (400, "mutability")),
        ({"op": "remove"}, (400, "noTarget")),
        ({"op": "move", "path": "title", "value": "x"}, (400, "invalidValue")),
        ({"op": "add", "path": "title"}, (400, "invalidValue")),
        ({"op": "replace", "path": "emails[type eq", "value": "x"}, (400, "invalidPath")),
        ({"op": "replace", "path": 'emails[value sw "x"].type', "value": "x"}, (400, "noTarget")),
        ({"op": "replace", "path": "active", "value": "perhaps"}, (400, "invalidValue")),
        ({"op": "replace", "path": "name", "value": "Ada"}, (400, "invalidValue")),
    ],
)
def test_a_wrong_operation_is_named(office: Office, operation: dict[str, Any], fault: tuple[int, str]) -> None:
    provider = Provider(office)
    user = provider.create("ada")
    assert provider.try_patch(user["id"], operation).fault == fault
    assert provider.get(user["id"]) == user


def test_more_operations_than_a_request_may_hold_are_refused(office: Office) -> None:
    provider = Provider(office)
    user = provider.create("ada")
    operations = [{"op": "replace", "path": "title", "value": str(each)} for each in range(101)]
    assert provider.try_patch(user["id"], *operations).fault == (400, "tooMany")


def test_versions_keep_changes_from_being_lost(office: Office) -> None:
    provider = Provider(office)
    user = provider.create("ada")
    path, version = f"/Users/{user['id']}", user["meta"]["version"]
    assert provider.call("GET", path, headers={"If-None-Match": version}).status_code == 304
    body = {"schemas": [CORE], "userName": "ada", "title": "Surveyor"}
    changed = provider.call("PUT", path, body, headers={"If-Match": version})
    assert (changed.status_code, changed.headers["ETag"]) == (200, '"2"')
    assert changed.json["meta"]["version"] == '"2"'
    assert provider.call("GET", path, headers={"If-None-Match": version}).status_code == 200
    stale = {"If-Match": version}
    assert provider.call("PUT", path, body, headers=stale).fault == (412, None)
    assert provider.call("DELETE", path, headers=stale).fault == (412, None)
    operation = {"schemas": [], "Operations": [{"op": "remove", "path": "title"}]}
    assert provider.call("PATCH", path, operation, headers=stale).fault == (412, None)
    assert provider.call("DELETE", path, headers={"If-Match": '"2"'}).status_code == 204


def test_the_times_are_the_member_s(office: Office) -> None:
    provider = Provider(office)
    user = provider.patch(provider.create("ada")["id"], {"op": "add", "path": "title", "value": "Surveyor"})
    created, changed = (datetime.fromisoformat(user["meta"][name]) for name in ("created", "lastModified"))
    assert changed == member(office, user["id"]).updated_at
    assert timedelta() < changed - created < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ({"attributes": "userName"}, {"schemas", "id", "userName"}),
        ({"attributes": "name.givenName,emails"}, {"schemas", "id", "name", "emails"}),
        ({"attributes": f"{ITHACA}:grade"}, {"schemas", "id", ITHACA}),
        ({"attributes": "bogus"}, {"schemas", "id"}),
        ({"excludedAttributes": "emails,name,meta,id"}, None),
    ],
)
def test_only_the_attributes_asked_for_are_shown(office: Office, query: dict[str, str], shown: set[str] | None) -> None:
    provider = Provider(office)
    user = provider.call("POST", "/Users", FULL).json
    expected = shown if shown is not None else user.keys() - {"emails", "name", "meta"}
    one = provider.call("GET", f"/Users/{user['id']}", query=query).json
    [listed] = provider.call("GET", "/Users", query=query).json["Resources"]
    [searched] = provider.call("POST", "/Users/.search", query).json["Resources"]
    assert set(one) == set(listed) == set(searched) == expected


def test_attributes_are_either_asked_for_or_left_out(office: Office) -> None:
    both = {"attributes": "userName", "excludedAttributes": "emails"}
    assert Provider(office).call("GET", "/Users", query=both).fault[0] == 400


def test_who_was_deleted_is_not_there_for_the_provider_and_stays_with_the_association(office: Office) -> None:
    provider = Provider(office)
    user = provider.create("ada")
    path = f"/Users/{user['id']}"
    gone = provider.call("DELETE", path)
    assert (gone.status_code, gone.json) == (204, None)
    for method, body in (("GET", None), ("DELETE", None), ("PUT", {"userName": "ada"}), ("PATCH", {"Operations": []})):
        assert provider.call(method, path, body).fault == (404, None)
    assert provider.names('userName eq "ada"') == []
    assert provider.call("GET", "/Users").json["totalResults"] == 0
    assert member(office, user["id"]).membership == "suspended"
    assert office.call("GET", f"/v1/members/{user['id']}").status_code == 200


def test_plain_json_is_taken_and_given(office: Office) -> None:
    provider = Provider(office)
    reply = provider.call(
        "POST", "/Users", {"userName": "ada"}, content_type="application/json", headers={"Accept": "application/json"}
    )
    assert (reply.status_code, reply.content_type) == (201, "application/json")
    wrong = provider.call("POST", "/Users", b"userName=ada", content_type="application/x-www-form-urlencoded")
    assert wrong.fault == (415, None)


@pytest.mark.parametrize("body", [b"{", b"[]", b'"ada"', b"\xff", b"[" * 40 + b"]" * 40])
def test_what_is_no_object_is_no_syntax(office: Office, body: bytes) -> None:
    assert Provider(office).call("POST", "/Users", body).fault == (400, "invalidSyntax")


def test_a_repeated_post_under_one_key_is_one_user(office: Office) -> None:
    provider = Provider(office)
    body = {"schemas": [CORE], "userName": "ada"}
    first, again = (provider.call("POST", "/Users", body, headers={"Idempotency-Key": "once"}) for _ in range(2))
    assert (first.status_code, again.status_code, again.json) == (201, 201, first.json)
    assert again.content_type == "application/scim+json"
    assert len(office.members()) == 1


def test_every_change_leaves_its_row_in_the_audit(office: Office) -> None:
    provider = Provider(office)
    user = provider.create("zora")
    provider.patch(user["id"], {"op": "replace", "path": "active", "value": False})
    provider.call("DELETE", f"/Users/{user['id']}")
    rows = list(office.foundation.database["audit"].find().sort("_id", 1))
    assert [row["operation"] for row in rows] == ["scim.create", "scim.change", "scim.remove"]
    assert all("zora" not in str(row) for row in rows)


def test_every_read_that_shows_somebody_leaves_a_row_that_names_them(office: Office) -> None:
    provider = Provider(office)
    ada, ben = (provider.create(name)["id"] for name in ("ada", "ben"))
    audit = office.foundation.database["audit"]
    audit.delete_many({})
    provider.get(ada)
    provider.names('userName eq "ben"')
    provider.call("GET", "/Users")
    provider.call("POST", "/Users/.search", {})
    provider.names('userName eq "nobody"')
    provider.call("GET", "/Schemas")
    rows = [(row["operation"], row["members"]) for row in audit.find().sort("_id", 1)]
    both = sorted([ada, ben])
    assert rows == [("scim.show", [ada]), ("scim.index", [ben]), ("scim.index", both), ("scim.search", both)]


def test_what_the_provider_said_is_in_the_member_s_export(office: Office) -> None:
    user = Provider(office).call("POST", "/Users", FULL).json
    known = office.register()
    share = office.call("GET", f"/v1/members/{user['id']}/export-share").json["sections"]
    [account] = share["account"]
    assert (account["user_name"], account["display_name"]) == (FULL["userName"], "Ada Okafor")
    assert [each["value"] for each in account["addresses"]] == ["Ada@Example.org", "ada@home.example"]
    assert (share["profile"][0]["grade"], share["profile"][0]["verified"][0]) == ("Fellow", "member_number")
    assert office.call("GET", f"/v1/members/{known['id']}/export-share").json["sections"]["account"] == []


@pytest.mark.parametrize(("method", "path"), [("GET", "/Me"), ("PATCH", "/Me"), ("POST", "/Bulk")])
def test_what_is_not_supported_says_so(office: Office, method: str, path: str) -> None:
    assert Provider(office).call(method, path).fault == (501, None)


def test_what_is_not_there_is_said_in_scim_s_words(office: Office) -> None:
    provider = Provider(office)
    for path in ("/Groups", "/Users/1", f"/Users/{new_id()}", "/users", "", "/Schemas/urn:none", "/ResourceTypes/Pet"):
        assert provider.call("GET", path).fault == (404, None)
    assert provider.call("PUT", "/Users", {}).fault == (405, None)
    assert provider.call("GET", "/Users", headers={"Authorization": "Bearer x"}).fault == (401, None)


def test_openapi_says_where_scim_is(office: Office) -> None:
    document = office.app.test_client().get("/openapi.json").get_json()
    [tag] = [each for each in document["tags"] if each["name"] == "scim"]
    assert "/scim/v2/Schemas" in tag["description"]
    assert not any(path.startswith("/scim") for path in document["paths"])
