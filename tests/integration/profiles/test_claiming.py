"""Whoever signs in first finds the member that they are: raced, repeated, and refused where it cannot be told."""

import threading
from typing import Any

import pytest

from tests.integration.profiles.conftest import ISSUING, Answer, Office
from tests.unit.profiles.association import record

SIGNED_IN = {"sub": "auth0|5f7c", "email": "Ada@Example.org", "email_verified": True, "given_name": "Ada"}


def claim(office: Office, **claims: Any) -> Answer:
    headers = ISSUING.headers("member", **SIGNED_IN | claims)
    return Answer(office.app.test_client().post("/v1/members/claim", headers=headers))


def me(office: Office, **claims: Any) -> Answer:
    return Answer(
        office.app.test_client().get("/v1/members/me", headers=ISSUING.headers("member", **SIGNED_IN | claims))
    )


def test_who_is_known_from_a_ticket_becomes_the_member(office: Office) -> None:
    office.hear(record("A-1", email="ada@example.org", given_name="Ada", family_name="Okafor"))
    [provisional] = office.members()
    assert me(office).status_code == 403
    claimed = claim(office)
    assert (claimed.status_code, claimed.json["id"], claimed.json["provisional"]) == (200, provisional.id, False)
    assert me(office).json["id"] == provisional.id
    assert ("https://issuer.test", "auth0|5f7c") in [(e["issuer"], e["value"]) for e in claimed.json["identifiers"]]
    office.hear(record("A-1", 2, email="ada@example.org", given_name="Eve"))
    assert me(office).json["given_name"] == "Ada", "what is the member's own is no ticket system's to change"


def test_a_registered_member_is_linked_and_a_second_time_changes_nothing(office: Office) -> None:
    registered = office.register(email="ada@example.org")
    first, second = claim(office), claim(office)
    assert (first.status_code, first.json["id"]) == (200, registered["id"])
    assert (second.json, second.headers["ETag"]) == (first.json, first.headers["ETag"])
    assert [each["type"] for each in office.announced()] == ["member.registered.v1", "member.updated.v1"]


def test_where_nobody_has_the_address_there_is_a_new_member(office: Office) -> None:
    made = claim(office, name="Ada Okafor", given_name=None)
    assert (made.status_code, made.json["given_name"], made.json["email"]) == (201, "Ada Okafor", "Ada@Example.org")
    assert made.headers["Location"] == f"/v1/members/{made.json['id']}"
    assert claim(office).status_code == 200


@pytest.mark.parametrize(
    "claims",
    [
        {"email_verified": False},
        {"email_verified": None},
        {"email_verified": "yes"},
        {"email": None},
        {"email": "ada"},
        {"email": ["ada@example.org"]},
    ],
)
def test_an_address_that_nobody_vouches_for_links_nothing(office: Office, claims: dict[str, Any]) -> None:
    office.register(email="ada@example.org")
    refused = claim(office, **claims)
    assert (refused.status_code, "verified e-mail" in refused.json["detail"]) == (409, True)
    assert me(office).status_code == 403


def test_a_member_who_signs_in_already_is_not_taken_over(office: Office) -> None:
    office.register(email="ada@example.org")
    assert claim(office).status_code == 200
    assert claim(office, sub="auth0|other").status_code == 409
    assert me(office, sub="auth0|other").status_code == 403


def test_the_same_address_in_another_association_is_another_person(office: Office) -> None:
    office.register(email="ada@example.org")
    assert claim(office, tenant="another").status_code == 201


def test_many_first_requests_at_once_make_one_member(office: Office) -> None:
    answers: list[Answer] = []
    threads = [threading.Thread(target=lambda: answers.append(claim(office))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(each.status_code for each in answers) == [200] * 7 + [201]
    assert len({each.json["id"] for each in answers}) == len(office.members()) == 1


def test_two_who_sign_in_with_one_address_at_once_are_not_both_the_member(office: Office) -> None:
    office.hear(record("A-1", email="ada@example.org", given_name="Ada"))
    codes: list[int] = []
    subjects = ["one", "two", "three", "four"]
    threads = [
        threading.Thread(target=lambda s=each: codes.append(claim(office, sub=s).status_code)) for each in subjects
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes) == [200, 409, 409, 409]
