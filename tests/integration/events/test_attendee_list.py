"""Field x viewer x setting, through the list of who comes to an event: members find themselves and nobody else."""

import pytest

from shared.contracts.vocabulary import VISIBILITIES
from shared.ids import new_id
from tests.integration.events.conftest import Bench

PERSONAL = ("name", "email", "buyer_email", "organization")


@pytest.fixture(params=[*VISIBILITIES, None])
def event(bench: Bench, request: pytest.FixtureRequest) -> str:
    """Ada and Ben come; Ben shows himself as the parameter says, on his profile and in his registration."""
    setting: str | None = request.param
    visibility = {} if setting is None else {"name": setting, "organization": setting}
    for member, given in ((bench.ada, "Ada"), (bench.ben, "Ben")):
        named = {"id": member, "given_name": given, "family_name": "Okafor", "visibility": visibility}
        bench.receive("members.v1", "member.updated.v1", named, key=member, version=1)
    found: str = bench.event()
    for member in (bench.ada, bench.ben):
        body = {} if setting is None else {"visibility": setting}
        path = f"/v1/events/{found}/registrations"
        assert bench.call("POST", path, "member", member=member, json=body).status_code == 201
    return found


def test_a_member_sees_only_their_own_registration_and_nothing_that_is_for_the_desk(bench: Bench, event: str) -> None:
    for query in ({}, {"q": "Ben"}, {"q": "Okafor"}):
        answer = bench.call("GET", f"/v1/events/{event}/registrations", "member", member=bench.ada, query_string=query)
        assert answer.json is not None
        assert [each["member_id"] for each in answer.json["items"]] == [bench.ada]
        assert not [name for each in answer.json["items"] for name in PERSONAL if name in each]


def test_a_member_reads_no_other_registration_and_no_table(bench: Bench, event: str) -> None:
    path = f"/v1/events/{event}/registrations"
    everybody = bench.call("GET", path, "organizer").json
    assert everybody is not None
    [bens] = [each["id"] for each in everybody["items"] if each["member_id"] == bench.ben]
    assert bench.call("GET", f"/v1/registrations/{bens}", "member", member=bench.ada).status_code == 404
    table = bench.call("GET", path, "member", member=bench.ada, headers={"Accept": "text/csv"})
    assert table.status_code == 403


def test_the_desk_sees_everybody_by_name(bench: Bench, event: str) -> None:
    everybody = bench.call("GET", f"/v1/events/{event}/registrations", "organizer").json
    assert everybody is not None
    assert {each["name"] for each in everybody["items"]} == {"Ada Okafor", "Ben Okafor"}


def test_what_the_desk_reads_stands_in_the_trail_and_what_members_read_of_themselves_does_not(
    bench: Bench, event: str
) -> None:
    path = f"/v1/events/{event}/registrations"

    def trail(**query: str) -> list[tuple[str, list[str], dict[str, str]]]:
        rows = bench.call("GET", "/v1/audit", "coordinator", query_string=query).json
        assert rows is not None
        return [(each["operation"], each["members"], each["ids"]) for each in rows["items"]]

    bench.call("GET", path, "member", member=bench.ada)
    before = trail()
    bench.call("GET", path, "organizer")
    bench.call("GET", path, "organizer", headers={"Accept": "text/csv"})
    ids = {"event_id": event}
    both = sorted([bench.ada, bench.ben])
    assert trail() == [("registrations.index", [], ids), ("registrations.index", both, ids), *before]
    assert ("registrations.index", both, ids) in trail(member_id=bench.ben)
    assert trail(member_id=new_id()) == []
