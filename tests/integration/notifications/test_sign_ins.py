"""Whose inbox it is, where the token's subject is no id of ours."""

import pytest
from flask.testing import FlaskClient

from shared.ids import new_id
from tests.integration.notifications.conftest import ISSUING, Desk
from tests.unit.web.issuing import ISSUER


def told(desk: Desk, *identifiers: tuple[str, str, int], version: int = 1, key: str = "", tenant: str = "acme") -> str:
    member = key or new_id()
    named = [{"issuer": issuer, "value": value, "version": owned} for issuer, value, owned in identifiers]
    data = {"id": member, "given_name": "Ada", "family_name": "Okafor", "identifiers": named}
    desk.hear("member.updated.v1", data, key=member, version=version, tenant=tenant)
    return member


def inbox(client: FlaskClient, subject: str, tenant: str = "acme") -> int:
    headers = ISSUING.headers("member", sub=subject, tenant=tenant)
    return client.get("/v1/inbox", headers=headers).status_code


def test_a_member_is_found_by_how_they_sign_in_and_by_nothing_else(desk: Desk) -> None:
    told(desk, (ISSUER, "one", 1), ("ams", "two", 1), ("https://another.example", "three", 1))
    client = desk.client()
    assert [inbox(client, subject) for subject in ("one", "two", "three")] == [200, 403, 403]
    assert inbox(client, "one", "another-association") == 403


@pytest.mark.parametrize("first", [0, 1])
def test_a_sign_in_that_came_to_another_member_is_the_later_one_s_whoever_was_heard_of_first(
    desk: Desk, first: int
) -> None:
    members = [new_id(), new_id()]
    for at in (first, 1 - first):
        told(desk, (ISSUER, "one", at + 1), key=members[at])
    assert desk.store.signed_in("acme", ISSUER, "one") == members[1]


def test_who_signs_in_so_no_more_is_not_found(desk: Desk) -> None:
    member = told(desk, (ISSUER, "one", 1))
    told(desk, key=member, version=2)
    assert inbox(desk.client(), "one") == 403
