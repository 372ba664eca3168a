"""What the usual identity providers send, as their own documentation and traces have it."""

from typing import Any

import pytest

from tests.integration.profiles.conftest import Office
from tests.integration.profiles.scim import CORE, ENTERPRISE, ITHACA, PATCH, Provider, member


def entra_user(provider: Provider) -> Any:
    return provider.create(
        "ada@example.org",
        externalId="0a21f0f2-8d2a-4f8e-bf98-7363c4aed4ef",
        active=True,
        displayName="Ada Okafor",
        emails=[{"primary": True, "type": "work", "value": "ada@example.org"}],
        name={"formatted": "Ada Okafor", "givenName": "Ada", "familyName": "Okafor"},
        meta={"resourceType": "User"},
        roles=[],
    )


def test_entra_asks_before_it_brings_somebody(office: Office) -> None:
    provider = Provider(office)
    reply = provider.call("GET", "/Users", query={"filter": 'externalId eq "jyoung"'})
    assert reply.json == {
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
        "totalResults": 0,
        "startIndex": 1,
        "itemsPerPage": 0,
        "Resources": [],
    }


@pytest.mark.parametrize("said", ["False", "false", False])
def test_entra_disables_by_a_capitalized_replace_and_a_word_for_false(office: Office, said: object) -> None:
    provider = Provider(office)
    user = entra_user(provider)
    changed = provider.patch(user["id"], {"op": "Replace", "path": "active", "value": said})
    assert changed["active"] is False
    assert office.announced()[-1]["type"] == "member.deactivated.v1"
    back = provider.patch(user["id"], {"op": "Replace", "path": "active", "value": "True"})
    assert (back["active"], member(office, user["id"]).membership) == (True, "active")


def test_entra_changes_the_work_address_by_a_path_with_a_filter(office: Office) -> None:
    provider = Provider(office)
    user = entra_user(provider)
    operation = {"op": "Replace", "path": 'emails[type eq "work"].value', "value": "ada.okafor@example.org"}
    changed = provider.patch(user["id"], operation)
    assert changed["emails"] == [{"value": "ada.okafor@example.org", "type": "work", "primary": True}]
    now = member(office, user["id"])
    assert (now.email, {key.value for key in now.keys if key.issuer == "email"}) == (
        "ada.okafor@example.org",
        {"ada.okafor@example.org"},
    )


def test_entra_adds_to_a_value_that_is_not_there(office: Office) -> None:
    provider = Provider(office)
    user = provider.create("ada")
    changed = provider.patch(
        user["id"],
        {"op": "Add", "path": 'emails[type eq "work"].value', "value": "ada@example.org"},
        {"op": "Add", "path": "name.givenName", "value": "Ada"},
        {"op": "Add", "path": f"{ITHACA}:grade", "value": "Fellow"},
        {"op": "Add", "path": 'phoneNumbers[type eq "mobile"].value', "value": "555"},
        {"op": "Add", "path": 'addresses[type eq "work"].formatted', "value": "Main Street"},
        {"op": "Add", "path": f"{ENTERPRISE}:department", "value": "Survey"},
        {"op": "Add", "path": f"{ENTERPRISE}:manager", "value": "0a21f0f2"},
    )
    assert changed["emails"] == [{"value": "ada@example.org", "type": "work"}]
    assert (changed["name"], changed[ITHACA]) == ({"givenName": "Ada"}, {"grade": "Fellow"})
    assert member(office, user["id"]).email == "ada@example.org"


def test_entra_changes_several_values_without_a_path(office: Office) -> None:
    provider = Provider(office)
    user = entra_user(provider)
    value = {
        "displayName": "A. Okafor",
        "name.givenName": "Adaeze",
        "title": "Engineer",
        "active": "False",
        f"{ENTERPRISE}:organization": "Northwind",
        f"{ENTERPRISE}:employeeNumber": "7",
        f"{ITHACA}:section": "Milan",
        "nickName": "Ada",
    }
    changed = provider.patch(user["id"], {"op": "Add", "value": value})
    assert (changed["displayName"], changed["title"], changed["active"]) == ("A. Okafor", "Engineer", False)
    assert changed["name"] == {"givenName": "Adaeze", "familyName": "Okafor"}
    assert (changed[ENTERPRISE], changed[ITHACA]) == ({"organization": "Northwind"}, {"section": "Milan"})


def test_entra_removes_an_address_by_its_value(office: Office) -> None:
    provider = Provider(office)
    user = entra_user(provider)
    changed = provider.patch(user["id"], {"op": "Remove", "path": "emails", "value": [{"value": "ada@example.org"}]})
    assert "emails" not in changed
    assert member(office, user["id"]).email is None


def test_entra_soft_deletes_deletes_and_restores(office: Office) -> None:
    provider = Provider(office)
    user = entra_user(provider)
    provider.patch(user["id"], {"op": "Replace", "path": "active", "value": "False"})
    assert provider.call("DELETE", f"/Users/{user['id']}").status_code == 204
    restored = entra_user(provider)
    assert (restored["id"], restored["active"]) == (user["id"], True)


def test_jumpcloud_brings_somebody_with_all_it_knows(office: Office) -> None:
    provider = Provider(office)
    body = {
        "schemas": [CORE, ENTERPRISE],
        "userName": "ada.okafor",
        "externalId": "5f3c0e7a9d1b",
        "displayName": "Ada Okafor",
        "name": {"familyName": "Okafor", "givenName": "Ada", "middleName": "", "formatted": "Ada Okafor"},
        "emails": [{"value": "ada@example.org", "type": "work", "primary": True}],
        "phoneNumbers": [{"value": "555", "type": "mobile"}],
        "addresses": [{"type": "work", "streetAddress": "Main Street 1", "locality": "Rivertown", "primary": True}],
        "title": "",
        "active": True,
        "password": "secret",
        "groups": [],
        ENTERPRISE: {
            "employeeNumber": "7",
            "organization": "Northwind",
            "department": "Survey",
            "costCenter": "12",
            "manager": {"value": "5f3c", "displayName": "Ben"},
        },
    }
    reply = provider.call("POST", "/Users", body)
    assert reply.status_code == 201, reply.json
    user = reply.json
    assert {"phoneNumbers", "addresses", "password", "groups", "title"}.isdisjoint(user)
    assert (user["userName"], user["externalId"]) == ("ada.okafor", "5f3c0e7a9d1b")
    assert (user["name"], user[ENTERPRISE]) == (
        {"givenName": "Ada", "familyName": "Okafor"},
        {"organization": "Northwind"},
    )
    assert b"secret" not in b"".join(bytes(row["value"]) for row in office.foundation.database["outbox"].find())
    assert "secret" not in str(list(office.foundation.database["members"].find()))


def test_jumpcloud_deactivates_by_a_whole_replacement(office: Office) -> None:
    provider = Provider(office)
    user = provider.create("ada", emails=[{"value": "ada@example.org"}])
    replaced = provider.call("PUT", f"/Users/{user['id']}", user | {"active": False}).json
    assert (replaced["active"], replaced["emails"]) == (False, user["emails"])
    assert member(office, user["id"]).membership == "suspended"


def test_okta_finds_by_user_name_pages_and_deactivates_without_a_path(office: Office) -> None:
    provider = Provider(office)
    user = provider.create(
        "ada@example.org",
        name={"givenName": "Ada", "familyName": "Okafor"},
        emails=[{"primary": True, "value": "ada@example.org", "type": "work"}],
        locale="en-US",
        externalId="00ujl29u0le5T6Aj10h7",
        groups=[],
        password="1mz050nq",
        active=True,
    )
    query = {"filter": 'userName eq "ada@example.org"', "startIndex": "1", "count": "100"}
    found = provider.call("GET", "/Users", query=query).json
    assert (found["totalResults"], found["Resources"]) == (1, [user])
    body = {"schemas": [PATCH], "Operations": [{"op": "replace", "value": {"active": False}}]}
    changed = provider.call("PATCH", f"/Users/{user['id']}", body)
    assert (changed.status_code, changed.json["active"]) == (200, False)
