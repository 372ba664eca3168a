"""Attendee records, read as the worker reads them, against the real database."""

import random
from collections.abc import Sequence

import pytest
from prometheus_client import REGISTRY

from services.profiles.commands import settle_people
from shared.contracts import registry
from shared.contracts.example import examples_of
from tests.integration.profiles.conftest import Office
from tests.unit.profiles.association import Record, outline, record, tickets

FAMILY: Sequence[Record] = (
    record("A-1", 1, email="ada@example.org", name="Ada Okafor", mentoring=["mentee"], goals=["Lead a team"]),
    record("A-1", 9, email="ADA@example.org", name="Ada Okafor", organization="Northwind", status="cancelled"),
    record("A-2", 2, email="ben@example.org", name="Ben Lindqvist"),
    record("A-2", 8, email="ada@example.org", name="Ada M. Okafor"),
    record("B-1", 3, buyer_email="ada@example.org", name="ada okafor"),
    record("B-2", 4, buyer_email="ada@example.org"),
    record("C-1", 5, member_number="200", email="home@example.org", name="Dora Ivanova"),
    record("C-2", 6, email="home@example.org", name="Emil Ivanov"),
    record("C-3", 7, member_number="300", email="home@example.org", name="Emil Ivanov"),
    record("C-3", 12, removed=True),
    record("D-1", 10, member_number="M-1", email="carla@work.example"),
    record("D-2", 11, email="carla@work.example", mentoring=["mentor"]),
    record("E-1", 13, buyer_email="carla@example.org", name="Carla Reyes"),
)

CARLA = {
    "given_name": "Carla",
    "family_name": "Reyes",
    "email": "carla@example.org",
    "identifiers": [{"issuer": "ams", "value": "M-1"}],
}


def test_a_record_becomes_a_provisional_member_announced_once(office: Office) -> None:
    ada = record("A-1", email="Ada@example.org", name="Ada Okafor", organization="Northwind", mentoring=["mentor"])
    office.hear(ada, ada, ids=("one", "two"))
    office.hear(ada, ids=("one",))
    [announced] = office.announced()
    assert (announced["type"], announced["version"], announced["provisional"]) == ("member.registered.v1", 1, True)
    assert (announced["given_name"], announced["family_name"], announced["email"]) == (
        "Ada",
        "Okafor",
        "Ada@example.org",
    )
    assert (announced["organization"], announced["roles"]) == ("Northwind", ["mentor"])
    assert announced["identifiers"] == [
        {"issuer": "email", "value": "ada@example.org", "as_of": "2026-03-01T10:00:00Z", "version": 1},
        {"issuer": "pretix", "value": "summit/A-1", "as_of": "2026-03-01T10:00:00Z", "version": 1},
    ]


def test_a_cancelled_ticket_that_changes_nobody_announces_nobody(office: Office) -> None:
    office.hear(record("A-1", email="ada@example.org", name="Ada Okafor"))
    office.hear(record("A-1", 2, email="ada@example.org", name="Ada Okafor", status="cancelled"))
    assert len(office.announced()) == 1


def test_a_moved_ticket_is_announced_by_both_members(office: Office) -> None:
    office.hear(record("A-1", email="ada@example.org"))
    ada = office.owner("A-1")
    office.hear(record("A-1", 2, email="ben@example.org"))
    ben = office.owner("A-1")
    changed = {each["id"]: each for each in office.announced()[1:]}
    assert set(changed) == {ada.id, ben.id}
    assert [each["issuer"] for each in changed[ada.id]["identifiers"]] == ["email"]
    assert [(each["issuer"], each["version"]) for each in changed[ben.id]["identifiers"]] == [
        ("email", 1),
        ("pretix", 2),
    ]


def test_any_order_and_batching_of_records_ends_the_same(office: Office) -> None:
    outcomes = []
    for seed in range(6):
        tenant = f"tenant-{seed}"
        office.call("POST", "/v1/members", tenant=tenant, json=CARLA)
        chance = random.Random(seed)
        deliveries = [*FAMILY, *chance.sample(FAMILY, 3)] if seed else list(FAMILY)
        if seed:
            chance.shuffle(deliveries)
        for start in range(0, len(deliveries), 1 + seed):
            batch = deliveries[start : start + 1 + seed]
            office.hear(*batch, tenant=tenant)
        outcomes.append(outline(office.members(tenant)))
    assert outcomes[1:] == outcomes[:1] * 5
    held = [tickets(member) for member in office.members("tenant-1") if tickets(member)]
    assert sorted(map(sorted, held)) == [["A-1", "A-2", "B-1"], ["B-2"], ["C-1", "C-2"], ["D-1", "D-2", "E-1"]]


def test_registering_a_member_gives_them_the_tickets_that_mean_them(office: Office) -> None:
    office.hear(record("A-1", buyer_email="ada@example.org", name="Ada Okafor", mentoring=["mentee"]))
    ada = office.register(email="ada@example.org")
    assert office.owner("A-1").id == ada["id"]
    assert (ada["roles"], ada["provisional"]) == (["mentee"], False)
    assert [each["version"] for each in office.announced() if each["id"] == ada["id"]] == [1, 2]


def test_an_address_of_a_provisional_member_is_taken(office: Office) -> None:
    office.hear(record("A-1", email="ada@example.org"))
    body = {"given_name": "Ada", "family_name": "Okafor", "email": "ada@example.org"}
    assert office.call("POST", "/v1/members", json=body).status_code == 409


def test_a_member_who_has_changed_the_profile_is_not_overwritten(office: Office) -> None:
    office.hear(record("A-1", email="ada@example.org", name="Ada Okafor", goals=["Lead a team"], mentoring=["mentee"]))
    ada = office.owner("A-1").id
    changed = office.call("PATCH", "/v1/members/me", subject=ada, json={"job_title": "Engineer", "roles": []}).json
    assert (changed["provisional"], changed["given_name"], changed["roles"]) == (False, "Ada", [])
    office.hear(
        record("A-1", 2, email="ada@example.org", name="A. O.", job_title="Boss", goals=["Rest"], mentoring=["mentor"])
    )
    again = office.call("GET", "/v1/members/me", subject=ada).json
    assert {name: again[name] for name in changed if name != "identifiers"} == {
        name: changed[name] for name in changed if name != "identifiers"
    }
    assert tickets(office.owner("A-1")) == {"A-1"}


def skipped() -> float:
    found = REGISTRY.get_sample_value("ithaca_bad_messages_skipped_total", {"topic": "attendees.v1"})
    return found or 0.0


def test_a_time_that_cannot_be_right_is_skipped_and_the_next_record_is_taken(office: Office) -> None:
    late = {**record("A-1", email="ada@example.org"), "updated_at": "2026-06-01T00:05:00.001Z"}
    ancient = {**record("A-2", email="ada@example.org"), "updated_at": "1900-01-01T00:00:00+01:00"}
    just = {**record("B-1", email="ben@example.org"), "updated_at": "2026-06-01T00:05:00Z"}
    before = skipped()
    office.hear(late, ancient, just)
    assert [member.email for member in office.members()] == ["ben@example.org"]
    assert skipped() == before + 2
    assert office.foundation.database["dead"].count_documents({}) == 0


def test_an_address_that_cannot_be_folded_is_skipped_and_the_next_one_is_taken(office: Office) -> None:
    office.hear(record("A-1", email=f"{'ΐ' * 60}@{'ΐ' * 60}.org"), record("B-1", email="ben@example.org"))
    assert [member.email for member in office.members()] == ["ben@example.org"]


def test_more_tickets_than_can_be_announced_do_not_stop_the_others(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settle_people, "MOST_IDENTIFIERS", 5)
    office.hear(*(record(f"A-{number}", email="mailbox@example.org") for number in range(6)))
    assert tickets(office.owner("A-0")) == {"A-0", "A-1", "A-2", "A-3"}
    office.hear(record("A-9", email="mailbox@example.org"), record("B-1", email="ben@example.org"))
    assert tickets(office.owner("A-0")) == {"A-0", "A-1", "A-2", "A-3"}
    assert office.owner("B-1").email == "ben@example.org"


def test_the_same_ticket_in_two_tenants_is_of_two_members(office: Office) -> None:
    office.hear(record("A-1", email="ada@example.org"))
    office.hear(record("A-1", email="ada@example.org"), tenant="globex")
    [here], [there] = office.members(), office.members("globex")
    assert here.id != there.id
    assert office.call("GET", f"/v1/members/{there.id}").status_code == 404


def test_every_example_of_the_contract_is_handled(office: Office) -> None:
    for type_name in ("attendee.published.v1", "attendee.removed.v1"):
        for example in examples_of(registry.get(type_name)):
            assert example.data is not None
            office.hear(example.data, ids=(example.name,))
    assert office.foundation.database["dead"].count_documents({}) == 0
    assert {each.email for each in office.members()} >= {"ada@example.org", "ben@example.org"}
