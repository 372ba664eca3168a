"""Sources are configured by their tenant; their secrets are shown once and stored sealed."""

from typing import Any

import pytest

from tests.integration.events.conftest import Bench

PRETIX: dict[str, Any] = {
    "kind": "pretix",
    "base_url": "https://93.184.215.14",
    "organizer": "assoc",
    "token": "the-token-of-the-shop",
}


def configured(bench: Bench, **fields: Any) -> dict[str, Any]:
    answer = bench.call("POST", "/v1/sources", "integrator", json={"kind": "generic"} | fields)
    assert answer.status_code == 201, answer.get_data()
    made: dict[str, Any] = answer.json  # type: ignore[assignment]
    return made


def shown(bench: Bench, source_id: str) -> dict[str, Any]:
    listed = bench.call("GET", "/v1/sources", "organizer").json
    assert listed is not None
    [found] = [each for each in listed["items"] if each["id"] == source_id]
    source: dict[str, Any] = found
    return source


def test_a_source_is_shown_without_its_secrets_and_they_are_stored_sealed(bench: Bench) -> None:
    made = configured(bench, **PRETIX)
    assert made["secret"]
    assert (made["name"], made["has_token"], made["hook"]) == ("pretix", True, f"/v1/hooks/{made['id']}")
    listed = shown(bench, made["id"])
    assert listed == {name: value for name, value in made.items() if name != "secret"}
    stored = repr(bench.foundation.database["sources"].find_one({"_id": made["id"]}))
    assert made["secret"] not in stored
    assert PRETIX["token"] not in stored


def test_a_generic_source_gets_a_signing_secret_by_standard_webhooks(bench: Bench) -> None:
    assert configured(bench)["secret"].startswith("whsec_")


def test_a_name_belongs_to_one_source_of_a_tenant(bench: Bench) -> None:
    configured(bench, name="shop")
    again = bench.call("POST", "/v1/sources", "integrator", json={"kind": "cvent", "name": "shop"})
    assert again.status_code == 409
    other = bench.call(
        "POST", "/v1/sources", "integrator", tenant=bench.neighbor, json={"kind": "cvent", "name": "shop"}
    )
    assert other.status_code == 201


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"base_url": None}, "/base_url"),
        ({"base_url": "tickets.example.org"}, "/base_url"),
        ({"base_url": "ftp://tickets.example.org"}, "/base_url"),
        ({"base_url": "https://user:hush@93.184.215.14"}, "/base_url"),
        ({"base_url": "https://93.184.215.14/?a=b"}, "/base_url"),
        ({"base_url": "https://93.184.215.14:99999"}, "/base_url"),
        ({"base_url": "http://93.184.215.14"}, "/base_url"),
        ({"base_url": "http://93.184.215.14", "allow_private": True}, "/base_url"),
        ({"base_url": "https://127.0.0.1"}, "/base_url"),
        ({"base_url": "https://10.0.0.1", "allow_private": True}, "/base_url"),
        ({"base_url": "https://[::1]"}, "/base_url"),
        ({"base_url": "https://localhost"}, "/base_url"),
        ({"organizer": None}, "/organizer"),
        ({"organizer": ".."}, "/organizer"),
        ({"kind": "generic"}, "/base_url"),
        ({"kind": "shop"}, "/kind"),
        ({"questions": {"roles": {"Yes": ["boss"]}}}, "/questions/roles/Yes"),
        ({"questions": {"skills_side": "both"}}, "/questions/skills_side"),
        ({"secret": "mine"}, "/secret"),
    ],
)
def test_what_is_wrong_with_a_source_is_named(bench: Bench, fields: dict[str, Any], pointer: str) -> None:
    answer = bench.call("POST", "/v1/sources", "integrator", json=PRETIX | fields)
    assert answer.status_code == 422, answer.get_data()
    assert pointer in [fault["pointer"] for fault in answer.json["errors"]]  # type: ignore[index]


def test_a_private_address_is_taken_where_it_is_allowed_and_asked_for(bench: Bench) -> None:
    made = configured(bench, **PRETIX | {"base_url": "http://127.0.0.1:1", "allow_private": True})
    assert made["allow_private"] is True
    change = bench.call("PATCH", f"/v1/sources/{made['id']}", "integrator", json={"allow_private": False})
    assert change.status_code == 422


def test_a_change_is_a_merge_patch_under_the_version_it_was_made_for(bench: Bench) -> None:
    made = configured(bench, **PRETIX)
    path = f"/v1/sources/{made['id']}"
    body = {"token": None, "questions": {"mentoring": "Q1", "roles": {"Yes": ["mentor"]}}}
    changed = bench.call("PATCH", path, "integrator", json=body, headers={"If-Match": '"1"'})
    assert changed.status_code == 200, changed.get_data()
    assert (changed.json["has_token"], changed.json["questions"]["mentoring"]) == (False, "Q1")  # type: ignore[index]
    assert "secret" not in (changed.json or {})
    assert bench.call("PATCH", path, "integrator", json={}, headers={"If-Match": '"1"'}).status_code == 412


def test_a_deleted_source_is_gone_with_its_hook_and_its_work(bench: Bench) -> None:
    made = configured(bench, **PRETIX)
    assert bench.call("DELETE", f"/v1/sources/{made['id']}", "integrator").status_code == 204
    assert bench.app.test_client().get(made["hook"]).status_code == 404
    assert bench.app.test_client().post(made["hook"], json={}).status_code == 404
    assert bench.foundation.database["source_plans"].find_one({"_id": made["id"]}) is None


def test_what_sends_everything_by_itself_has_nothing_to_read(bench: Bench) -> None:
    made = configured(bench)
    assert bench.call("POST", f"/v1/sources/{made['id']}/sync", "integrator").status_code == 409
