"""What members earn in mentoring comes to their profiles: in any order, once, and to whom they show it."""

import itertools
from typing import Any

import pytest

from services.profiles.domain.visibility import DEFAULTS
from shared.ids import new_id
from shared.messaging.record import Record
from tests.integration.profiles.conftest import Office
from tests.integration.profiles.test_search import hear, registration, told

SKILL = "ithaca:mentoring"
LATER = "2026-05-02T10:00:00Z"


class Pair:
    """A mentor, a mentee, and the messages of their mentorship; each has the next version unless said."""

    def __init__(self, office: Office) -> None:
        self.mentor: str = office.register(given_name="Max")["id"]
        self.mentee: str = office.register(given_name="Mia")["id"]
        self.id = new_id()
        self._versions = itertools.count(1)

    def told(self, word: str, version: int | None = None, **data: Any) -> Record:
        ids = {
            "mentorship_id": self.id,
            "program_id": new_id(),
            "mentor_id": self.mentor,
            "mentee_id": self.mentee,
        }
        number = version or next(self._versions)
        return told(word, self.id, ids | data, number, "mentorships.v1")

    def milestone(self, thing_id: str, state: str = "completed", version: int | None = None, **data: Any) -> Record:
        kind = "milestone.completed" if state == "completed" else "milestone.updated"
        given = {"id": thing_id, "state": state, "skill_id": SKILL, "completed_at": LATER} | data
        return self.told(kind, version, **{name: value for name, value in given.items() if value is not None})

    def thanks(self, thing_id: str, word: str = "sent", version: int | None = None, **data: Any) -> Record:
        given = {"id": thing_id, "from_id": self.mentee, "to_id": self.mentor, "public": True} | data
        return self.told(f"appreciation.{word}", version, **given)


@pytest.fixture
def pair(office: Office) -> Pair:
    return Pair(office)


def read(office: Office, member: str, viewer: str | None = None) -> dict[str, Any]:
    answer = office.call("GET", f"/v1/members/{member}", subject=viewer)
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json
    return found


def test_a_completed_milestone_is_progress_of_the_mentee_in_its_skill(office: Office, pair: Pair) -> None:
    hear(office, pair.milestone(new_id(), level=4), pair.milestone(new_id(), level=5))
    expected = {"skill_id": SKILL, "label": None, "count": 2, "last_at": LATER, "level": 5}
    assert read(office, pair.mentee)["progress"] == [expected]
    assert read(office, pair.mentor)["progress"] == []


def test_a_skill_that_the_taxonomy_has_is_called_by_its_label(office: Office, pair: Pair) -> None:
    for seed in office.service.seeds:
        seed.bring()
    concept = office.store.skills.taxonomy().named("leadership")
    assert concept is not None
    hear(office, pair.milestone(new_id(), skill_id=concept.id))
    assert read(office, pair.mentee)["progress"][0]["label"] == concept.label


def test_the_same_message_again_counts_once(office: Office, pair: Pair) -> None:
    record = pair.milestone(new_id())
    hear(office, record, record)
    office.service.handling().handle([record, record])
    assert read(office, pair.mentee)["progress"][0]["count"] == 1


def test_a_milestone_that_is_completed_no_more_counts_no_more_whatever_comes_first(office: Office, pair: Pair) -> None:
    thing = new_id()
    steps = [
        pair.milestone(thing, version=1),
        pair.milestone(thing, "open", version=2, completed_at=None),
        pair.milestone(thing, version=3),
        pair.milestone(thing, "dropped", version=4, completed_at=None),
    ]
    for number, order in enumerate(itertools.permutations(steps)):
        office.foundation.database["earnings"].delete_many({})
        office.foundation.database["inbox"].delete_many({})
        if number % 2:
            hear(office, *order)
        else:
            office.service.handling().handle(list(order))
        assert read(office, pair.mentee)["progress"] == []
    hear(office, pair.milestone(thing, version=5))
    assert read(office, pair.mentee)["progress"][0]["count"] == 1


def test_thanks_are_shown_only_when_both_have_agreed(office: Office, pair: Pair) -> None:
    thing = new_id()
    hear(office, pair.thanks(thing))
    assert read(office, pair.mentor)["recognition"] == {"count": 0, "thanks": []}
    hear(office, pair.thanks(thing, "published"))
    shown = read(office, pair.mentor)["recognition"]
    assert (shown["count"], shown["thanks"][0]["id"], shown["thanks"][0]["from_id"]) == (1, thing, pair.mentee)
    assert set(shown["thanks"][0]) == {"id", "from_id", "at", "link"}


def test_late_news_that_thanks_were_sent_takes_nothing_back(office: Office, pair: Pair) -> None:
    thing = new_id()
    hear(office, pair.thanks(thing, "published", version=2), pair.thanks(thing, version=1))
    assert read(office, pair.mentor)["recognition"]["count"] == 1


def test_feedback_counts_for_whom_the_partner_wrote_it(office: Office, pair: Pair) -> None:
    hear(office, pair.told("feedback.revealed", id=new_id(), kind="close", written_by=[pair.mentee]))
    assert read(office, pair.mentor, pair.mentor)["recognition"]["feedback"] == 1
    assert read(office, pair.mentee, pair.mentee)["recognition"]["feedback"] == 0
    hear(office, pair.told("feedback.revealed", id=new_id(), kind="close", written_by=[pair.mentee, pair.mentor]))
    assert read(office, pair.mentor, pair.mentor)["recognition"]["feedback"] == 2
    assert read(office, pair.mentee, pair.mentee)["recognition"]["feedback"] == 1


def test_how_many_thanks_and_how_much_feedback_there_was_is_told_to_the_member_alone(
    office: Office, pair: Pair
) -> None:
    hear(office, pair.thanks(new_id()))
    own = office.call("GET", "/v1/members/me", subject=pair.mentor).json["recognition"]
    assert own == read(office, pair.mentor, pair.mentor)["recognition"]
    assert own == {"count": 0, "thanks": [], "received": 1, "feedback": 0}
    assert set(read(office, pair.mentor)["recognition"]) == {"count", "thanks"}


@pytest.mark.parametrize("setting", ["nobody", "participants", "all", "default"])
@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize("name", ["progress", "recognition"])
def test_what_was_earned_is_shown_as_its_member_says(
    office: Office, pair: Pair, name: str, setting: str, together: bool
) -> None:
    hear(office, pair.milestone(new_id()), pair.thanks(new_id(), "published", from_id=pair.mentor, to_id=pair.mentee))
    if setting != "default":
        changed = {"visibility": {name: setting}}
        assert office.call("PATCH", f"/v1/members/{pair.mentee}", json=changed).status_code == 200
    if together:
        event = new_id()
        hear(office, registration(pair.mentor, event), registration(pair.mentee, event))
    effective = DEFAULTS[name] if setting == "default" else setting
    visible = effective == "all" or (effective == "participants" and together)
    assert (name in read(office, pair.mentee, pair.mentor)) is visible
    assert name in read(office, pair.mentee, pair.mentee)
    assert name in read(office, pair.mentee)


def test_another_tenant_with_the_same_ids_earns_nothing(office: Office, pair: Pair) -> None:
    hear(office, pair.milestone(new_id()))
    assert office.store.earnings.of_member("elsewhere", [pair.mentee]) == []
    assert len(office.store.earnings.of_member("acme", [pair.mentee])) == 1


def test_what_came_to_another_member_by_a_merge_stays_there(office: Office, pair: Pair) -> None:
    thing, survivor = new_id(), office.register(given_name="Mia")["id"]
    hear(office, pair.milestone(thing))
    earnings = office.foundation.database["earnings"]
    earnings.update_many({"tenant": "acme", "member_id": pair.mentee}, {"$set": {"member_id": survivor}})
    hear(office, pair.milestone(thing, level=5))
    assert read(office, survivor)["progress"][0]["level"] == 5
    assert read(office, pair.mentee)["progress"] == []
