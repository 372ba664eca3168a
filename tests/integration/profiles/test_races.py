"""Many at once: one of them gets the identifier, nobody is made twice."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.integration.profiles.conftest import Office
from tests.unit.profiles.association import record, tickets


def test_of_twenty_who_want_one_address_at_once_one_gets_it(office: Office) -> None:
    def register(number: int) -> int:
        address = "ada@example.org" if number % 2 else "ADA@Example.org"
        body = {"given_name": f"Ada {number}", "family_name": "Okafor", "email": address}
        return office.call("POST", "/v1/members", json=body).status_code

    with ThreadPoolExecutor(20) as pool:
        statuses = Counter(pool.map(register, range(20)))
    assert statuses == {201: 1, 409: 19}
    assert len(office.members()) == len(office.announced()) == 1


def test_members_who_want_each_others_identifier_at_once_never_share_it(office: Office) -> None:
    members = [office.register(identifiers=[{"issuer": "ams", "value": str(number)}])["id"] for number in range(6)]

    def take(number: int) -> int:
        body = {"identifiers": [{"issuer": "ams", "value": "wanted"}]}
        return office.call("PATCH", f"/v1/members/{members[number]}", json=body).status_code

    with ThreadPoolExecutor(6) as pool:
        statuses = Counter(pool.map(take, range(6)))
    assert statuses == {200: 1, 409: 5}
    held = [identifier.value for member in office.members() for identifier in member.identifiers]
    assert sorted(held) == sorted({*held})
    assert len(held) == 6


def test_tickets_of_one_person_read_by_many_workers_at_once_make_one_member(office: Office) -> None:
    numbered = {"member_number": "100"}
    people: list[dict[str, Any]] = [{"email": "ada@example.org", **(numbered if n % 3 else {})} for n in range(12)]
    records = [record(f"A-{n}", 1 + n, **person) for n, person in enumerate(people)]
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(office.hear, records))
    [ada] = (member for member in office.members() if tickets(member))
    assert tickets(ada) == {f"A-{number}" for number in range(12)}
    versions = [each["version"] for each in office.announced() if each["id"] == ada.id]
    assert versions == list(range(1, len(versions) + 1))


def test_a_registration_by_hand_and_a_ticket_at_once_leave_one_holder_of_the_address(office: Office) -> None:
    def register(number: int) -> int:
        body = {"given_name": "Ada", "family_name": "Okafor", "email": f"m{number}@example.org"}
        return office.call("POST", "/v1/members", json=body).status_code

    def hear(number: int) -> None:
        office.hear(record(f"A-{number}", email=f"m{number}@example.org"))

    with ThreadPoolExecutor(8) as pool:
        heard = [pool.submit(hear, number) for number in range(8)]
        registered = [pool.submit(register, number) for number in range(8)]
        statuses = [each.result() for each in registered]
        for each in heard:
            each.result()
    assert set(statuses) <= {201, 409}
    assert len(office.members()) == 8
    assert all(len(tickets(member)) == 1 for member in office.members())
    assert sum(not member.provisional for member in office.members()) == statuses.count(201)
