"""A chapter and an interest group on the running platform: what joining one of them lets one into."""

import pytest
import requests

from tests.e2e.association import Association
from tests.e2e.association import association as an_association
from tests.e2e.running import Running, eventually


@pytest.fixture
def association(platform: Running) -> Association:
    return an_association(platform)


def test_a_program_and_an_event_of_two_groups_let_in_who_joins_one_of_them(association: Association) -> None:
    ada, ben, eve = (association.member(name) for name in ("Ada", "Ben", "Eve"))
    milan, bridges = (
        association.coordinator("POST", "/v1/groups", {"name": name, "kind": kind}, service="profiles")["id"]
        for name, kind in (("Chapter Milan", "chapter"), ("Bridges", "interest"))
    )

    def join(group: str, who: str) -> None:
        association.call(who, "PUT", f"/v1/groups/{group}/members/me", service="profiles")

    def found(group: str) -> set[str]:
        answer = association.coordinator("GET", f"/v1/members?group={group}", service="profiles")
        return {each["id"] for each in answer["items"]}

    join(milan, ada)
    join(bridges, ben)
    assert found(milan) == {ada}
    assert found(bridges) == {ben}

    program = association.program(rules={"groups": [milan, bridges]})
    times = {"starts_at": "2099-05-04T17:00:00Z", "ends_at": "2099-05-04T20:00:00Z", "time_zone": "Europe/Rome"}
    evening = {"name": "Evening", "groups": [milan, bridges], **times}
    event = association.organizer("POST", "/v1/events", evening)["id"]
    association.organizer("POST", f"/v1/events/{event}/publish")

    def enroll(who: str) -> requests.Response:
        return association.answer(who, "POST", f"/v1/programs/{program}/enrollments", {"role": "mentee"})

    def register(who: str) -> requests.Response:
        return association.answer(who, "POST", f"/v1/events/{event}/registrations", {}, service="events")

    def let_in(who: str) -> None:
        for enter in (enroll, register):
            assert eventually(lambda enter=enter: (status := enter(who).status_code) != 409 and status) == 201  # type: ignore[misc]

    let_in(ada)
    let_in(ben)
    # The names may come a moment after the members.
    eventually(lambda: enroll(eve).json()["detail"] == "This program is for members of Chapter Milan or Bridges.")
    eventually(lambda: register(eve).json()["detail"] == "This event is for members of Chapter Milan or Bridges.")
    join(bridges, eve)
    let_in(eve)
    assert found(bridges) == {ben, eve}
