"""Whom an identity provider takes up, suspends and lets back, and whom it must leave alone."""

import threading

import pytest

from tests.integration.profiles.conftest import ISSUING, Office
from tests.integration.profiles.scim import CORE, ITHACA, Provider, Reply, member
from tests.integration.profiles.test_feed import fed, row
from tests.unit.profiles.association import record


def told(office: Office) -> list[tuple[str, str | None]]:
    return [(each["type"], each.get("reason")) for each in office.announced()]


def test_an_inactive_user_is_suspended_with_the_reason(office: Office) -> None:
    provider = Provider(office)
    user = provider.create("ada", **{ITHACA: {"membership": "lapsed"}})
    assert provider.patch(user["id"], {"op": "replace", "path": "active", "value": False})["active"] is False
    assert (member(office, user["id"]).membership, member(office, user["id"]).suspended_by) == ("suspended", "scim")
    assert told(office)[-1] == ("member.deactivated.v1", "scim")
    again = told(office)
    provider.patch(user["id"], {"op": "replace", "path": "active", "value": False})
    assert told(office) == again
    back = provider.patch(user["id"], {"op": "replace", "path": "active", "value": True})
    assert (back["active"], back[ITHACA]) == (True, {"membership": "lapsed"})
    assert member(office, user["id"]).membership == "lapsed"


def test_a_user_may_be_brought_inactive(office: Office) -> None:
    user = Provider(office).create("ada", active=False)
    assert (user["active"], member(office, user["id"]).suspended_by) == (False, "scim")
    assert told(office) == [("member.registered.v1", None), ("member.deactivated.v1", "scim")]


def test_a_standing_that_staff_gave_outlives_a_suspension(office: Office) -> None:
    provider = Provider(office)
    user = provider.create("ada")
    office.call("PATCH", f"/v1/members/{user['id']}", json={"membership": "lapsed"})
    provider.patch(user["id"], {"op": "replace", "path": "active", "value": False})
    provider.patch(user["id"], {"op": "replace", "path": "active", "value": True})
    assert member(office, user["id"]).membership == "lapsed"


def test_whom_staff_suspended_stays_so_whatever_the_provider_says(office: Office) -> None:
    provider = Provider(office)
    user = provider.create("ada")
    office.call("PATCH", f"/v1/members/{user['id']}", json={"membership": "suspended"})
    for operation in (
        {"op": "replace", "path": "active", "value": True},
        {"op": "replace", "path": "active", "value": False},
        {"op": "replace", "path": "active", "value": True},
        {"op": "replace", "path": f"{ITHACA}:membership", "value": "grace"},
    ):
        assert provider.patch(user["id"], operation)["active"] is False
    assert provider.call("DELETE", f"/Users/{user['id']}").status_code == 204
    assert provider.create("ada")["id"] == user["id"]
    now = member(office, user["id"])
    assert (now.membership, now.suspended_by) == ("suspended", None)
    assert ("member.deactivated.v1", "scim") not in told(office)


def test_whom_a_feed_suspended_stays_so_until_the_provider_suspends_them_itself(office: Office) -> None:
    provider = Provider(office)
    users = [provider.create(f"p{each}", **{ITHACA: {"memberNumber": f"M-{each}"}}) for each in range(2)]
    office.call("PUT", "/v1/association", json={"name": "Acme", "defaults": {"feed_absent_percent": 100}})
    fed(office, [row(1)])
    ada = users[0]["id"]
    assert provider.patch(ada, {"op": "replace", "path": "active", "value": True})["active"] is False
    assert member(office, ada).suspended_by == "feed"
    provider.patch(ada, {"op": "replace", "path": "active", "value": False})
    assert member(office, ada).suspended_by == "scim"
    fed(office, [row(0), row(1)])
    assert member(office, ada).membership == "suspended", "a feed lifts only what it has suspended itself"
    assert provider.patch(ada, {"op": "replace", "path": "active", "value": True})["active"] is True


@pytest.mark.parametrize(
    "known_by",
    [
        {"userName": "ada"},
        {"userName": "other", "externalId": "e-1"},
        {"userName": "other", "emails": [{"value": "ADA@example.org"}]},
        {"userName": "other", ITHACA: {"memberNumber": "M-1"}},
    ],
)
def test_who_was_deleted_is_taken_up_again_by_any_name(office: Office, known_by: dict[str, object]) -> None:
    provider = Provider(office)
    user = provider.create(
        "ada", externalId="e-1", emails=[{"value": "ada@example.org"}], **{ITHACA: {"memberNumber": "M-1"}}
    )
    provider.call("DELETE", f"/Users/{user['id']}")
    back = provider.call("POST", "/Users", {"schemas": [CORE], **known_by})
    assert (back.status_code, back.json["id"], back.json["active"]) == (201, user["id"], True)
    assert member(office, user["id"]).membership == "active"
    names = {key.value for key in member(office, user["id"]).keys if key.issuer == "scim"}
    assert names == {known_by["userName"]}
    assert len(office.members()) == 1


def test_a_member_whom_a_feed_brought_is_taken_up_and_keeps_what_is_not_said(office: Office) -> None:
    fed(office, [row(1, email="ada@example.org", job_title="Surveyor", grade="Fellow")])
    [known] = office.members()
    user = Provider(office).create("ada", emails=[{"value": "ada@example.org", "type": "work"}], title="Engineer")
    assert (user["id"], user["title"]) == (known.id, "Engineer")
    assert (user["name"], user[ITHACA]) == (
        {"givenName": "Ada", "familyName": "Okafor 1"},
        {"memberNumber": "M-1", "grade": "Fellow"},
    )
    now = member(office, known.id)
    assert now.verified == ("member_number", "grade", "job_title")


@pytest.mark.parametrize(
    "more",
    [
        {"userName": "ADA"},
        {"userName": "other", "externalId": "e-1"},
        {"userName": "other", "emails": [{"value": "ADA@example.org"}]},
        {"userName": "other", ITHACA: {"memberNumber": " M-1 "}},
    ],
)
def test_a_name_that_a_user_has_is_a_conflict(office: Office, more: dict[str, object]) -> None:
    provider = Provider(office)
    names = {"externalId": "e-1", "emails": [{"value": "ada@example.org"}], ITHACA: {"memberNumber": "M-1"}}
    first = provider.create("ada", **names)
    other = provider.create("ben")
    assert provider.call("POST", "/Users", more).fault == (409, "uniqueness")
    assert provider.call("PUT", f"/Users/{other['id']}", other | more).fault == (409, "uniqueness")
    assert (provider.get(first["id"]), provider.get(other["id"])) == (first, other)


def test_names_of_two_members_make_nobody_of_both(office: Office) -> None:
    fed(office, [row(1, email="ada@example.org"), row(2, email="ben@example.org")])
    provider = Provider(office)
    both = {"userName": "ada", "emails": [{"value": "ada@example.org"}], ITHACA: {"memberNumber": "M-2"}}
    assert provider.call("POST", "/Users", both).fault == (409, "uniqueness")
    another = {"userName": "ada", "emails": [{"value": "ada@example.org"}], ITHACA: {"memberNumber": "M-9"}}
    assert provider.call("POST", "/Users", another).fault == (409, "uniqueness")
    assert provider.call("GET", "/Users").json["totalResults"] == 0


@pytest.mark.parametrize(
    "named",
    [
        {"userName": "ADA"},
        {"userName": "other", "externalId": "e-1"},
        {"userName": "other", "emails": [{"value": "ADA@example.org"}]},
        {"userName": "other", ITHACA: {"memberNumber": "M-1"}},
    ],
)
def test_who_was_erased_is_not_brought_back(office: Office, named: dict[str, object]) -> None:
    provider = Provider(office)
    names = {"externalId": "e-1", "emails": [{"value": "ada@example.org"}], ITHACA: {"memberNumber": "M-1"}}
    user = provider.create("ada", **names)
    assert office.call("DELETE", f"/v1/members/{user['id']}").status_code == 202
    assert provider.call("GET", f"/Users/{user['id']}").fault == (404, None)
    refused = provider.call("POST", "/Users", named)
    assert (refused.fault[0], "forgotten" in refused.json["detail"]) == (409, True)
    assert provider.call("GET", "/Users").json["totalResults"] == 0
    assert Provider(office, "other").create("ada", **names)["active"] is True


def test_the_same_names_in_another_tenant_are_another_person_s(office: Office) -> None:
    names = {"externalId": "e-1", "emails": [{"value": "ada@example.org"}], ITHACA: {"memberNumber": "M-1"}}
    ours, theirs = Provider(office).create("ada", **names), Provider(office, "other").create("ada", **names)
    assert ours["id"] != theirs["id"]


def test_a_ticket_s_member_is_claimed_without_what_anybody_could_have_typed(office: Office) -> None:
    for ticket in ("1", "2"):
        office.hear(record(f"A-{ticket}", email=f"evil{ticket}@example.org", member_number="M-2", given_name="Eve"))
    user = Provider(office).create("real", emails=[{"value": "real@example.org"}], **{ITHACA: {"memberNumber": "M-2"}})
    now = member(office, user["id"])
    assert {tuple(key) for key in now.keys} == {("ams", "M-2"), ("email", "real@example.org"), ("scim", "real")}
    assert office.owner("A-1").id == user["id"], "the ticket names the number"
    for address in ("evil1@example.org", "evil2@example.org"):
        token = ISSUING.headers("member", tenant="acme", sub="eve" + address, email=address, email_verified=True)
        claimed = office.app.test_client().post("/v1/members/claim", headers=token).get_json()
        assert claimed["id"] != user["id"]


def test_a_number_on_a_ticket_is_not_the_user_s_with_the_address(office: Office) -> None:
    office.hear(record("A-1", email="eve@example.org", member_number="M-2", given_name="Eve"))
    user = Provider(office).create("eve", emails=[{"value": "eve@example.org"}])
    now = member(office, user["id"])
    assert {tuple(key) for key in now.keys} == {("email", "eve@example.org"), ("scim", "eve")}
    assert (now.provisional, now.verified) == (False, ())
    fed(office, [row(2, email="real@example.org")])
    assert member(office, user["id"]).email == "eve@example.org"
    assert office.owner("A-1").email == "real@example.org"


def test_a_user_without_an_address_takes_none_from_a_ticket(office: Office) -> None:
    office.hear(record("A-1", email="eve@example.org", member_number="M-2", given_name="Eve"))
    user = Provider(office).create("real", **{ITHACA: {"memberNumber": "M-2"}})
    assert (member(office, user["id"]).email, "emails" in user) == (None, False)


def test_of_many_who_bring_one_name_at_once_one_does(office: Office) -> None:
    replies: list[Reply] = []
    start = threading.Barrier(12)

    def bring(each: int) -> None:
        body = {"userName": f"p{each}", "emails": [{"value": "ada@example.org"}]}
        start.wait()
        replies.append(Provider(office).call("POST", "/Users", body))

    threads = [threading.Thread(target=bring, args=(each,)) for each in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(reply.status_code for reply in replies) == [201] + [409] * 11
    [made] = office.members()
    assert made.email == "ada@example.org"


def test_of_two_versions_written_at_once_none_is_lost(office: Office) -> None:
    provider = Provider(office)
    user = provider.create("ada")
    start = threading.Barrier(6)

    def write(each: int) -> None:
        start.wait()
        path = ("title", "displayName", "name.givenName", "name.familyName", f"{ITHACA}:grade", f"{ITHACA}:section")[
            each
        ]
        provider.patch(user["id"], {"op": "add", "path": path, "value": "said"})

    threads = [threading.Thread(target=write, args=(each,)) for each in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    now = provider.get(user["id"])
    assert (now["title"], now["displayName"], now["name"]) == (
        "said",
        "said",
        {"givenName": "said", "familyName": "said"},
    )
    assert now[ITHACA] == {"grade": "said", "section": "said"}


@pytest.mark.parametrize("role", ["member", "coordinator", "organizer", "operator"])
def test_only_integrators_may(office: Office, role: str) -> None:
    user = Provider(office).create("ada")
    provider, path = Provider(office, "acme", role), f"/Users/{user['id']}"
    calls = [
        ("GET", path),
        ("PUT", path),
        ("PATCH", path),
        ("DELETE", path),
        ("GET", "/Users"),
        ("POST", "/Users"),
        ("POST", "/Users/.search"),
        ("POST", "/.search"),
        ("GET", "/ServiceProviderConfig"),
        ("GET", "/Schemas"),
        ("GET", f"/Schemas/{CORE}"),
        ("GET", "/ResourceTypes"),
        ("GET", "/ResourceTypes/User"),
        ("GET", "/Me"),
        ("POST", "/Bulk"),
    ]
    assert {call: provider.call(*call).fault for call in calls} == dict.fromkeys(calls, (403, None))
    everything = {
        (method, rule.rule.removeprefix("/scim/v2").replace("<id:member_id>", user["id"]))
        for rule in office.app.url_map.iter_rules()
        if rule.rule.startswith("/scim/v2")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    tried = {
        (
            method,
            at.replace(CORE, "<schema_id>").replace("/User", "/<type_id>")
            if "Types/" in at or "Schemas/" in at
            else at,
        )
        for method, at in calls
    }
    assert everything - {("POST", "/Me"), ("PUT", "/Me"), ("PATCH", "/Me"), ("DELETE", "/Me")} == tried


def test_another_tenant_s_users_are_not_there(office: Office) -> None:
    user = Provider(office).create("ada")
    stranger, path = Provider(office, "other"), f"/Users/{user['id']}"
    assert stranger.call("GET", path).fault == (404, None)
    assert stranger.call("PUT", path, {"userName": "x"}).fault == (404, None)
    assert stranger.call("PATCH", path, {"Operations": [{"op": "remove", "path": "title"}]}).fault == (404, None)
    assert stranger.call("DELETE", path).fault == (404, None)
    assert stranger.call("GET", "/Users").json["totalResults"] == 0
    assert stranger.call("GET", "/Users", query={"filter": 'userName eq "ada"'}).json["totalResults"] == 0
    assert Provider(office).get(user["id"]) == user


def test_who_was_not_provisioned_is_no_user(office: Office) -> None:
    known = office.register(email="ada@example.org")
    provider = Provider(office)
    assert provider.call("GET", f"/Users/{known['id']}").fault == (404, None)
    assert provider.names('emails.value eq "ada@example.org"') == []


def test_what_the_member_changes_is_what_the_provider_sees(office: Office) -> None:
    provider = Provider(office)
    listed = [{"value": "ada@example.org", "type": "work", "primary": True}, {"value": "a@home.example"}]
    user = provider.create("ada", emails=listed)
    office.call("PATCH", "/v1/members/me", subject=user["id"], json={"given_name": "Adaeze", "job_title": "Engineer"})
    seen = provider.get(user["id"])
    assert (seen["name"], seen["title"]) == ({"givenName": "Adaeze"}, "Engineer")
    office.call("PATCH", f"/v1/members/{user['id']}", json={"email": "a@home.example"})
    assert provider.get(user["id"])["emails"] == [{"value": "a@home.example"}]


def test_identifiers_of_a_user_may_be_sent_back_as_they_were_read(office: Office) -> None:
    user = Provider(office).create("realm/ada", externalId="a/b")
    shown = office.call("GET", f"/v1/members/{user['id']}").json
    own = [{name: each[name] for name in ("issuer", "value")} for each in shown["identifiers"]]
    answer = office.call("PATCH", f"/v1/members/{user['id']}", json={"identifiers": own})
    assert (answer.status_code, answer.json["identifiers"]) == (200, shown["identifiers"])
