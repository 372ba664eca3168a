"""An organizer fixes when and where people meet, and sees whom a change concerns before it is made."""

from datetime import timedelta
from typing import Any

import pytest

from shared.clock import rfc3339
from shared.ids import new_id
from tests.integration.events.conftest import Bench
from tests.integration.events.encounters import FIRST, Encounters, slot


@pytest.fixture
def there(bench: Bench) -> Encounters:
    return Encounters(bench)


def changed(there: Encounters, slots: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    """The change as it is shown, then made; what was shown."""
    before = there.bench.call("GET", f"/v1/events/{there.event_id}/slots", "organizer").get_data()
    shown = there.put_slots(slots, **more)
    assert shown.status_code == 409, shown.get_data()
    assert there.bench.call("GET", f"/v1/events/{there.event_id}/slots", "organizer").get_data() == before
    preview: dict[str, Any] = shown.get_json()
    made = there.put_slots(slots, confirm=preview["confirm"], **more)
    assert made.status_code == 200, made.get_data()
    there.require_consistent()
    return preview


def test_slots_are_kept_in_order_with_their_tables(there: Encounters) -> None:
    shown = there.slots()
    assert [each["starts_at"] for each in shown] == [rfc3339(FIRST + timedelta(minutes=30 * each)) for each in range(4)]
    assert [each["left"] for each in shown[0]["places"]] == [1, 1]


def test_without_slots_there_are_none_and_the_numbers_of_the_association(bench: Bench) -> None:
    data = {"id": bench.tenant, "name": "A", "defaults": {"meeting_request_hours": 48, "pending_meeting_limit": 7}}
    bench.receive("associations.v1", "association.updated.v1", data, key=bench.tenant, version=1)
    there = Encounters(bench, slots=0)
    answer = bench.call("GET", f"/v1/events/{there.event_id}/slots", "organizer")
    topics = {"minutes": 30, "group_minutes": 45, "group_size": 4, "reminder_minutes": 15}
    shown = {"slots": [], "request_hours": 48, "notice_hours": 12, "pending_limit": 7, "topics": topics}
    assert (answer.get_json(), answer.headers["ETag"]) == (shown, '"0"')


@pytest.mark.parametrize(
    ("slots", "pointer"),
    [
        ([slot(FIRST, 0), slot(FIRST + timedelta(minutes=29), 0)], "/slots/1"),
        ([slot(FIRST, 0) | {"ends_at": rfc3339(FIRST)}], "/slots/0/ends_at"),
        ([slot(FIRST - timedelta(hours=2), 0)], "/slots/0"),
        ([slot(FIRST, 0, places=[{"name": "A"}, {"name": "A"}])], "/slots/0/places/1/name"),
        ([slot(FIRST, 0, places=[{"name": "A", "capacity": 0}])], "/slots/0/places/0/capacity"),
        ([slot(FIRST, 0, link="javascript:alert(1)")], "/slots/0/link"),
    ],
)
def test_what_does_not_fit_together_is_named(there: Encounters, slots: list[dict[str, Any]], pointer: str) -> None:
    refused = there.put_slots(slots)
    assert refused.status_code == 422
    assert pointer in [each["pointer"] for each in refused.get_json()["errors"]]


def test_a_slot_that_goes_takes_its_meetings_with_it_once_that_is_confirmed(there: Encounters) -> None:
    ada, ben, cid, dee = (there.attendee() for _ in range(4))
    agreed, asked, other = there.agreed(ada, ben), there.asked(cid, dee), there.agreed(ada, cid, 1)
    preview = changed(there, there.slots_again()[1:])
    assert preview["affected"] == {"cancelled": 2, "moved": 0, "other_table": 0, "without_table": 0}
    assert {each["meeting_id"] for each in preview["meetings"]} == {agreed, asked}
    assert [there.meeting(each)["reason"] for each in (agreed, asked)] == ["slot_removed"] * 2
    assert there.state(other) == "accepted"
    assert {each.key for each in there.bench.told("meeting.cancelled")} == {agreed, asked}


def test_whose_request_is_never_told_hears_of_its_end_as_everybody_else_does(there: Encounters) -> None:
    ada, ben, cid, dee = (there.attendee() for _ in range(4))
    there.wish(ada, no_thanks=[ben])
    unheard, heard = there.asked(ben, ada), there.asked(cid, dee)
    changed(there, there.slots_again()[1:])
    ends = {each.key: each.data for each in there.bench.told("meeting.cancelled")}
    assert ends.keys() == {unheard, heard}
    assert ends[unheard]["concerns_ids"] == [ben]
    assert "concerns_ids" not in ends[heard]
    own = {"id", "requester_id", "invitee_id", "concerns_ids"}
    alike = [{name: each[name] for name in each.keys() - own} for each in ends.values()]
    assert alike[0] == alike[1]
    assert there.bench.call("GET", f"/v1/meetings/{unheard}", "member", member=ada).status_code == 404


def test_meetings_move_with_their_slot_unless_one_has_something_else_then(there: Encounters) -> None:
    ada, ben, cid, dee = (there.attendee() for _ in range(4))
    moving, clashing = there.agreed(ada, ben), there.agreed(cid, dee)
    elsewhere = Encounters(there.bench, begins=FIRST + timedelta(hours=5))
    for member in (cid, ada):
        elsewhere.register(member)
    elsewhere.agreed(cid, elsewhere.attendee())
    slots = there.slots_again()
    slots[0] |= {"starts_at": rfc3339(FIRST + timedelta(hours=5)), "ends_at": rfc3339(FIRST + timedelta(hours=5.25))}
    assert changed(there, slots)["affected"] == {"cancelled": 1, "moved": 1, "other_table": 0, "without_table": 0}
    assert there.meeting(clashing)["reason"] == "slot_moved"
    moved = there.meeting(moving)
    assert (moved["state"], moved["starts_at"]) == ("accepted", rfc3339(FIRST + timedelta(hours=5)))
    assert [each.data["sequence"] for each in there.bench.told("meeting.accepted") if each.key == moving] == [1, 2]


def test_slots_may_change_places_with_each_other(there: Encounters) -> None:
    ada, ben, cid = (there.attendee() for _ in range(3))
    first, second = there.agreed(ada, ben, 0), there.agreed(ada, cid, 1)
    slots = there.slots_again()
    slots[0]["id"], slots[1]["id"] = slots[1]["id"], slots[0]["id"]
    assert changed(there, slots)["affected"]["moved"] == 2
    assert there.meeting(first)["starts_at"] == rfc3339(FIRST + timedelta(minutes=30))
    assert there.meeting(second)["starts_at"] == rfc3339(FIRST)


def test_who_loses_a_table_gets_another_one_or_is_told_that_there_is_none(there: Encounters) -> None:
    people = [there.attendee() for _ in range(4)]
    meetings = [there.agreed(people[0], people[1]), there.agreed(people[2], people[3])]
    slots = there.slots_again()
    slots[0]["places"] = [{"name": "Corner"}]
    assert changed(there, slots)["affected"] == {"cancelled": 0, "moved": 0, "other_table": 1, "without_table": 1}
    assert {there.meeting(each).get("table") for each in meetings} == {"Corner", None}
    assert {there.state(each) for each in meetings} == {"accepted"}


def test_more_tables_and_later_slots_concern_nobody(there: Encounters) -> None:
    there.agreed(there.attendee(), there.attendee())
    slots = [*there.slots_again(), slot(FIRST, 10)]
    slots[0]["places"] = [{"name": f"Table {each}", "capacity": 3} for each in (1, 2, 3)]
    assert there.put_slots(slots).status_code == 200
    assert sum(each["left"] for each in there.slots()[0]["places"]) == 8
    there.require_consistent()


def test_a_confirmation_is_of_what_was_shown(there: Encounters) -> None:
    ada, ben, cid, dee = (there.attendee() for _ in range(4))
    there.agreed(ada, ben)
    slots = there.slots_again()[1:]
    confirm = there.put_slots(slots).get_json()["confirm"]
    there.asked(cid, dee)
    assert there.put_slots(slots, confirm=confirm).status_code == 412
    assert len(there.slots()) == 4


def test_a_stale_version_of_the_slots_is_not_changed(there: Encounters) -> None:
    assert there.put_slots(there.slots_again(), headers={"If-Match": '"1"'}).status_code == 200
    assert there.put_slots(there.slots_again(), headers={"If-Match": '"1"'}).status_code == 412


def test_an_event_keeps_the_time_of_its_slots(there: Encounters) -> None:
    path, later = f"/v1/events/{there.event_id}", {"starts_at": rfc3339(FIRST + timedelta(minutes=40))}
    refused = there.bench.call("PATCH", path, "organizer", json=later)
    assert (refused.status_code, refused.get_json()["detail"][:8]) == (409, "2 slots ")
    assert there.put_slots(there.slots_again()[2:]).status_code == 200
    assert there.bench.call("PATCH", path, "organizer", json=later).status_code == 200


def test_an_unknown_id_becomes_that_of_a_new_slot(there: Encounters) -> None:
    stranger = new_id()
    assert there.put_slots([slot(FIRST, 0, id=stranger)]).status_code == 200
    assert there.slots()[0]["id"] not in (stranger, *there.slot_ids)


def test_where_two_meet_without_being_there_only_they_read(bench: Bench) -> None:
    there = Encounters(bench, slots=0)
    links = {"link": "https://meet.example/slot", "places": [{"name": "Room", "link": "https://meet.example/room"}]}
    assert there.put_slots([slot(FIRST, 0, **links)], notice_hours=0).status_code == 200
    there.slot_ids = [each["id"] for each in there.slots()]
    ada, ben = there.attendee(), there.attendee()
    meeting = there.agreed(ada, ben)
    assert there.meeting(meeting, ada)["link"] == "https://meet.example/room"
    assert "link" not in there.meeting(meeting)
    path = f"/v1/events/{there.event_id}/slots"
    for member in (ada, new_id()):
        assert "meet.example" not in there.bench.call("GET", path, "member", member=member).get_data(as_text=True)
    (shown,) = there.bench.call("GET", path, "organizer").get_json()["slots"]
    assert (shown["link"], shown["places"][0]["link"]) == ("https://meet.example/slot", "https://meet.example/room")
