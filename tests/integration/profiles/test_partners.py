"""What the two of a live mentorship see of each other, as long as it lives."""

from typing import Any

import pytest

from shared.ids import new_id
from tests.integration.profiles.conftest import Office
from tests.integration.profiles.test_search import FULL, hear, told


class Pair:
    def __init__(self, office: Office) -> None:
        self.office = office
        self.id, self.version = new_id(), 0
        self.mentor: str = office.register(given_name="Max", **FULL | {"email": "max@example.org"})["id"]
        self.mentee: str = office.register(given_name="Mia", **FULL | {"email": "mia@example.org"})["id"]

    def tell(self, word: str, state: str, **more: Any) -> None:
        self.version += 1
        data = {
            "mentorship_id": self.id,
            "program_id": new_id(),
            "mentor_id": self.mentor,
            "mentee_id": self.mentee,
            "state": state,
        }
        hear(self.office, told(f"mentorship.{word}", self.id, data | more, self.version, "mentorships.v1"))

    def seen(self, member: str, viewer: str) -> set[str]:
        answer = self.office.call("GET", f"/v1/members/{member}", subject=viewer)
        [listed] = [
            each
            for each in self.office.call("GET", "/v1/members", subject=viewer).json["items"]
            if each["id"] == member
        ]
        assert set(listed) == set(answer.json) - {"recognition", "progress"}
        return set(answer.json)


@pytest.fixture
def pair(office: Office) -> Pair:
    return Pair(office)


def test_partners_see_each_other_s_address_and_goals_from_the_first_day_to_the_last(pair: Pair) -> None:
    assert pair.seen(pair.mentee, pair.mentor) == {"id"}
    for word, state in (("started", "agreement_pending"), ("activated", "active"), ("paused", "on_hold")):
        pair.tell(word, state)
        for one, other in ((pair.mentee, pair.mentor), (pair.mentor, pair.mentee)):
            assert {"email", "goals", "given_name", "skills"} <= pair.seen(one, other)
            assert pair.seen(one, other).isdisjoint({"availability", "time_zone", "membership", "identifiers"})
    pair.tell("ended", "ended_early", reason="no_fault")
    assert pair.seen(pair.mentee, pair.mentor) == {"id"}


@pytest.mark.parametrize("name", ["email", "goals"])
@pytest.mark.parametrize(
    ("setting", "shown"), [("nobody", False), ("participants", True), ("all", True), ("default", True)]
)
def test_what_a_member_says_of_a_field_holds_for_the_partner_too(
    pair: Pair, name: str, setting: str, shown: bool
) -> None:
    if setting != "default":
        changed = {"visibility": {name: setting}}
        assert pair.office.call("PATCH", f"/v1/members/{pair.mentee}", json=changed).status_code == 200
    pair.tell("activated", "active")
    assert (name in pair.seen(pair.mentee, pair.mentor)) is shown


def test_nobody_else_sees_more_for_it(pair: Pair) -> None:
    stranger = pair.office.register(given_name="Sam")["id"]
    pair.tell("activated", "active")
    assert pair.seen(pair.mentee, stranger) == {"id"}
    answer = pair.office.call("GET", f"/v1/members/{pair.mentee}", subject=pair.mentor, tenant="elsewhere")
    assert answer.status_code == 404
