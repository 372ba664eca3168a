"""Who types a stranger's number into a ticket form does not become that stranger."""

import pytest

from tests.integration.profiles.conftest import ISSUING, Office
from tests.integration.profiles.test_feed import fed, row
from tests.unit.profiles.association import record


@pytest.mark.parametrize("address", ["evil1@example.org", "evil2@example.org"])
def test_an_address_beside_a_number_on_a_ticket_does_not_sign_in_as_the_number_s_member(
    office: Office, address: str
) -> None:
    for ticket in ("1", "2"):
        office.hear(record(f"A-{ticket}", email=f"evil{ticket}@example.org", member_number="M-2", given_name="Eve"))
    fed(office, [row(2, email="real@example.org")])
    [member] = [each for each in office.members() if not each.provisional]
    token = ISSUING.headers("member", tenant="acme", sub="eve", email=address, email_verified=True, given_name="Eve")
    claimed = office.app.test_client().post("/v1/members/claim", headers=token)
    assert claimed.json is not None
    assert (claimed.status_code, claimed.json.get("id") == member.id) == (201, False)
    assert {each.value for each in member.identifiers if each.issuer == "email"} == {"real@example.org"}


def test_a_number_on_a_ticket_is_not_the_claiming_member_s(office: Office) -> None:
    office.hear(record("A-1", email="eve@example.org", member_number="M-2", given_name="Eve"))
    token = ISSUING.headers("member", tenant="acme", sub="eve", email="eve@example.org", email_verified=True)
    client = office.app.test_client()
    claimed = client.post("/v1/members/claim", headers=token).json
    assert claimed is not None
    assert office.owner("A-1").id == claimed["id"]
    fed(office, [row(2, email="real@example.org")])
    mine = client.get("/v1/members/me", headers=token).json
    assert mine is not None
    assert (mine["id"], mine["given_name"], mine["email"]) == (claimed["id"], "Eve", "eve@example.org")
    assert office.owner("A-1").email == "real@example.org"


def test_an_address_tied_by_a_ticket_s_number_stays_for_whoever_has_it_to_claim(office: Office) -> None:
    for ticket, name in (("1", "eve"), ("2", "ada")):
        office.hear(record(f"A-{ticket}", email=f"{name}@example.org", member_number="M-2", given_name="Eve"))
    office.hear(record("A-3", email="ada@example.org", given_name="Ada"))
    client = office.app.test_client()
    claimed = {}
    for name in ("eve", "ada"):
        address = f"{name}@example.org"
        token = ISSUING.headers("member", tenant="acme", sub=name, email=address, email_verified=True)
        answer = client.post("/v1/members/claim", headers=token).json
        assert answer is not None
        claimed[name] = answer["id"]
        assert answer["email"] == address
    assert claimed["eve"] != claimed["ada"] == office.owner("A-3").id


def test_a_feed_without_addresses_takes_none_from_a_ticket(office: Office) -> None:
    office.hear(record("A-1", email="eve@example.org", member_number="M-2", given_name="Eve"))
    fed(office, [row(2)])
    member = office.owner("A-1")
    assert (member.provisional, member.email) == (False, None)
    token = ISSUING.headers("member", tenant="acme", sub="eve", email="eve@example.org", email_verified=True)
    claimed = office.app.test_client().post("/v1/members/claim", headers=token)
    assert claimed.json is not None
    assert (claimed.status_code, claimed.json["id"] == member.id) == (201, False)
